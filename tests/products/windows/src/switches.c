/* Stand-in products for Windows: switches. */
#include "tests/products/windows/src/switches.h"

#include <stdio.h>
#include <string.h>

#include "tests/products/src/keyval.h"
#include "tests/products/windows/src/standin.h"

static const char *full(const char *name, char *ret, size_t size)
{
    bool bare = !strcmp(standin.name, "kes");

    snprintf(ret, size, "%s%s%s", bare ? "" : standin.name, bare ? "" : ".", name);
    return ret;
}

bool switch_on(const char *name)
{
    char line[128];

    return keyval_get(SWITCHES_FILE, full(name, line, sizeof line), NULL, 0);
}

bool switch_number(const char *name, long *ret, long otherwise)
{
    char line[128];

    return keyval_switch(full(name, line, sizeof line), ret, otherwise);
}

bool switch_text(const char *name, char *ret, size_t size)
{
    char line[128];

    return keyval_get(SWITCHES_FILE, full(name, line, sizeof line), ret, size);
}

void standin_log(const char *what)
{
    FILE *f;

    CreateDirectoryA(STANDIN_HOME, NULL);
    f = fopen(STANDIN_HOME "\\log", "a");
    if (!f)
        return;
    fprintf(f, "%s: %s\n", standin.name, what);
    fclose(f);
}
