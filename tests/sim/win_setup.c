/* The simulated Windows PCs that tests begin with, and what a person would see on one. */
#include "tests/sim/pc.h"
#include "core/base/digest.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void put(const char *path, const char *text)
{
    pc_put(path, OS_FILE, 0600, text, strlen(text), true);
}

static void base(void)
{
    static const char *const folders[] = {
        "C:/Program Files/Windows Defender", "C:/Program Files (x86)", "C:/ProgramData/Microsoft/Windows Defender/Platform",
        "C:/Windows/Installer", "C:/Windows/System32/drivers", "C:/Windows/Temp", "C:/Users/admin", "C:/Install",
        "C:/Secrets"};

    for (size_t i = 0; i < sizeof folders / sizeof *folders; i++)
        pc_folder(folders[i], 0755, true);
    put("C:/Program Files/Windows Defender/MpCmdRun.exe", "the updater");
    put(DEFENDER_EXE, "the engine");
    put("C:/Windows/System32/drivers/kbdclass.sys", "keyboards");
    put("C:/Windows/System32/avswap.exe", "this program");
    put("C:/Secrets/kes.txt", WIN_PASSWORD);
    put("C:/Secrets/agent.txt", WIN_PASSWORD);
    put("C:/Secrets/eset.txt", "key:AAAA-BBBB");
    put("C:/Install/eea_nt64.msi", "MSI {5B1D4F6A-3C2E-4A57-9D0E-7F1B2C3D4E5F}\n");
    put("C:/Install/best.exe", "EXE Endpoint Security\n");
    win_set(WIN_KEYBOARDS, false, "UpperFilters", WIN_MULTI, "kbdclass");
    win_set(WIN_SERVICES "/kbdclass", false, "Type", WIN_DWORD, "1");
    win_set(WIN_SERVICES "/kbdclass", false, "Start", WIN_DWORD, "1");
    win_set(WIN_SERVICES "/kbdclass", false, "ImagePath", WIN_SZ, "C:/Windows/System32/drivers/kbdclass.sys");
    win_load_driver("kbdclass");
    win_set("HKLM/SOFTWARE/Mozilla", false, "", WIN_NOTHING, "");
    win_set("HKLM/SOFTWARE/Mozilla/NativeMessagingHosts", false, "", WIN_NOTHING, "");
    win_set(WIN_SERVICES "/EventLog", false, "Type", WIN_DWORD, "32");
    win_set(WIN_ROOTS "/DF3C24F9BFD666761B268073FE06D1CC8D4F82A4", false, "Subject", WIN_SZ,
            "CN=DigiCert Global Root G2, O=DigiCert Inc");
    win_set(WIN_TASKS "/Microsoft/Windows/Defrag", false, "Command", WIN_SZ, "C:/Windows/System32/defrag.exe");
    if (pc.setup.windows != SIM_CLIENT)
        return;
    win_set(WIN_SERVICES "/WinDefend", false, "Type", WIN_DWORD, "16");
    win_set(WIN_SERVICES "/WinDefend", false, "Start", WIN_DWORD, "3"); /* it is started by what watches it */
    win_set(WIN_SERVICES "/WinDefend", false, "ImagePath", WIN_SZ, DEFENDER_EXE);
}

static void traces(void)
{
    win_set(WIN_UNINSTALL "/{C9EF800D-54AA-4F60-AB96-5A3966550F53}", true, "DisplayName", WIN_SZ,
            "Kaspersky Endpoint Security for Windows");
    win_set("HKLM/SOFTWARE/KasperskyLab/KES/Data", true, "LastSuccessfulUpdate", WIN_DWORD, "1727500000");
    win_set(WIN_SERVICES "/EventLog/Kaspersky Endpoint Security", false, "", WIN_NOTHING, "");
    win_set(WIN_ROOTS "/0123456789ABCDEF0123456789ABCDEF01234567", false, "Subject", WIN_SZ,
            "CN=Kaspersky Endpoint Security Root, O=AO Kaspersky Lab");
    pc_folder("C:/ProgramData/Kaspersky Lab/KES", 0755, true);
    put("C:/ProgramData/Kaspersky Lab/KES/report.db", "left");
    pc_folder("C:/Program Files (x86)/Kaspersky Lab", 0755, true);
}

void win_setup(void)
{
    base();
    if (pc.setup.old) {
        win_install_now(WIN_KES);
        win_install_now(WIN_AGENT);
    }
    if (pc.setup.leftovers)
        traces();
    if (pc.setup.other)
        win_install_now(WIN_ESET);
    if (!pc.setup.old && !pc.setup.other && pc.setup.windows == SIM_CLIENT)
        pc_timer(TIMER_DEFENDER, 0, 1000);
}

/* --- what a person would see -------------------------------------------------------------------------------------------- */

static int by_line(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* A filter whose driver is not there takes the keyboard away at the next boot. */
static void describe_filters(struct buf *out)
{
    const struct win_value *v = win_get(WIN_KEYBOARDS, false, "UpperFilters");
    const char *line, *cursor = v ? v->data : "", *end = cursor + strlen(cursor);
    size_t n;

    while (text_line(&cursor, end, &line, &n)) {
        const struct win_value *path;
        char name[WIN_NAME];

        snprintf(name, sizeof name, "%.*s", (int)n, line);
        path = win_get(win_below(WIN_SERVICES, name), false, "ImagePath");
        if (!path || !pc_file(path->data))
            buf_printf(out, "NO DRIVER for the filter %s\n", name);
    }
}

void win_describe(struct buf *out)
{
    char lines[WIN_VALUES][WIN_KEY + WIN_NAME + WIN_DATA + 16], *order[WIN_VALUES];
    size_t n = 0;

    for (uint32_t i = 0; i < pc.win.now.n; i++) {
        const struct win_value *v = &pc.win.now.values[i];

        snprintf(lines[n], sizeof lines[n], "key %s%s %s=%d:%s", v->key, v->view32 ? " (32)" : "", v->name, v->type, v->data);
        for (char *p = lines[n]; (p = strchr(p, '\n'));) /* a list is one line */
            *p = ',';
        order[n] = lines[n];
        n++;
    }
    qsort(order, n, sizeof *order, by_line);
    for (size_t i = 0; i < n; i++)
        buf_printf(out, "%s\n", order[i]);
    for (int p = 0; p < WIN_PRODUCTS; p++)
        if (pc.win.now.registered & (1u << p))
            buf_printf(out, "registered %s\n", win_products[p].protects);
    for (size_t i = 0; i < WIN_LOADED; i++)
        if (*pc.win.loaded[i])
            buf_printf(out, "driver %s is loaded\n", pc.win.loaded[i]);
    describe_filters(out);
}
