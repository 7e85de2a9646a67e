/* avswap: the program on the PC that is migrated. */
#include "cmd/avswap/avswap.h"
#include "core/os/console.h"
#include "core/os/installer.h"
#include "core/os/process.h"

#include <string.h>

static int work(int argc, char **argv)
{
    if (argc == 2 && strcmp(argv[1], OS_MSI_CHILD) == 0) { /* started by this program itself, never by people */
        mem_setup();
        os_harden();
        return os_msi_child();
    }
    return program_main(argc, argv);
}

int main(int argc, char **argv)
{
    os_console_init(&argc, &argv);
    return os_worker_run(work, argc, argv);
}
