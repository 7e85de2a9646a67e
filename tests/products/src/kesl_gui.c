/* Stand-in for the graphical part of Kaspersky Endpoint Security for Linux: only its presence matters. */
#include <stdio.h>
#include <string.h>

int main(int argc, char **argv)
{
    if (argc == 2 && !strcmp(argv[1], "--version"))
        return puts("kesl-gui " STANDIN_VERSION " (stand-in)") < 0;
    fputs("kesl-gui: the stand-in has no window\n", stderr);
    return 1;
}
