/* avswap-fleet: the program on a jump host; `avswap fleet` starts it. */
#include "cmd/avswap-fleet/fleet.h"
#include "core/os/console.h"

int main(int argc, char **argv)
{
    os_console_init(&argc, &argv);
    return program_main(argc, argv);
}
