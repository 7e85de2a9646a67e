/* Stand-in products: reading `name[=value]` files. */
#include "tests/products/src/keyval.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool keyval_get(const char *path, const char *name, char *value, size_t size)
{
    FILE *file = fopen(path, KEYVAL_MODE);
    char line[512];
    bool found = false;

    if (!file)
        return false;
    while (fgets(line, sizeof line, file)) {
        size_t length = strlen(name);

        line[strcspn(line, "\r\n")] = '\0';
        if (strncmp(line, name, length) || (line[length] != '\0' && line[length] != '='))
            continue;
        found = true;
        if (value)
            snprintf(value, size, "%s", line[length] ? line + length + 1 : "");
    }
    fclose(file);
    return found;
}

bool keyval_switch(const char *name, long *number, long otherwise)
{
    char value[64];
    char *end;

    if (!keyval_get(SWITCHES_FILE, name, value, sizeof value))
        return false;
    *number = strtol(value, &end, 0);
    if (end == value || *end)
        *number = otherwise;
    return true;
}
