/*
 * What a step may not do by itself, as data: edits that leave a PC worse off than before, and programs for whose work there is a
 * verb. Patterns are compared without regard to case, with '/' for '\', against every text of a step's arguments and against a
 * command as one line.
 *
 * Sources: learn.microsoft.com, "Troubleshoot Microsoft Defender Antivirus when migrating from a third-party solution" (start
 * values) and "Microsoft Defender Antivirus compatibility with other security products" (passive mode); the classes' filter lists
 * of learn.microsoft.com, "Device filter driver ordering"; support.kaspersky.com, kavremover (asks for what only a person can read).
 */
#include "core/lint/rules.h"

#include <stdio.h>
#include <string.h>

struct forbidden {
    const char *verbs; /* pattern */
    const char *text;  /* pattern */
    const char *why;
    const char *instead;
};

#define START_VALUE                                                                                                    \
    "how Defender's own services and drivers start is Windows' business: changing it may need a new Windows", DEFENDER
#define DEFENDER_OFF "switches off what protects the PC when nothing else does, and keeps it off", DEFENDER
#define DEFENDER "on a client Defender steps back by itself; on a server set ForceDefenderPassiveMode before onboarding"

static const struct forbidden table[] = {
    {"*", "*services/wdboot*", START_VALUE},
    {"*", "*services/wdfilter*", START_VALUE},
    {"*", "*services/wdnisdrv*", START_VALUE},
    {"*", "*services/wdnissvc*", START_VALUE},
    {"*", "*services/windefend*", START_VALUE},
    {"registry.set", "DisableAntiSpyware", DEFENDER_OFF},
    {"registry.set", "DisableAntiVirus", DEFENDER_OFF},
    {"registry.set", "DisableRealtimeMonitoring", DEFENDER_OFF},
    {"*", "*-DisableRealtimeMonitoring*", DEFENDER_OFF},
    {"*", "*Uninstall-WindowsFeature*Defender*", DEFENDER_OFF},
    {"*", "*Disable-Feature*Windows-Defender*", DEFENDER_OFF},
    {"*", "*drivers/*.sys*", "removes a driver's file by hand: a class that still names it as a filter takes keyboard, mouse or disk with it",
     "take it out of the filter lists by registry.filter_remove, then its service by driver.remove; the file goes with its product"},
    {"*", "*SystemCertificates*", "the stores of certificates are shared by everything on the PC",
     "name the one certificate in certificate.remove"},
    {"*", "*Cryptography/RNG*", "the seed of Windows' random numbers is no product's own", "leave it out"},
    {"command.run", "*SecurityCenter2*", "what Security Center lists is its own",
     "leave it: its provider takes its entry away; a stale one is a finding, not a step"},
    {"*", "*kavremv*", "the vendor's removal tool wants an answer that only a person can read off the screen",
     "say in 'notes' when a person is to run it"},
    {"*", "*safeboot*", "a PC in safe mode is out of reach, and out of this run's",
     "say in 'notes' what a person does in safe mode"},
    {"*", "*--nodeps*", "leaves packages behind that lack what they need", "let package.remove take all of them in one transaction"},
    {"*", "*--force-all*", "breaks the package manager's own rules", "let package.remove do it"},
    {"*", "*--force-depends*", "leaves packages behind that lack what they need", "let package.remove take all of them in one transaction"},
    {"*", "*setenforce*0*", "switches SELinux off for everything", "let selinux.remove take away the product's own contexts"},
};

/* Programs for whose work there is a verb. */
static const struct {
    const char *program, *verb;
} verbs[] = {
    {"systemctl", "service.*"},     {"service", "service.*"},         {"sc", "service.*"},
    {"net", "service.*"},           {"update-rc.d", "service.*"},     {"apt", "package.*"},
    {"apt-get", "package.*"},       {"dpkg", "package.*"},            {"rpm", "package.*"},
    {"yum", "package.*"},           {"dnf", "package.*"},             {"zypper", "package.*"},
    {"msiexec", "msi.*"},           {"wmic", "msi.remove"},           {"rm", "file.remove"},
    {"rmdir", "file.remove"},       {"del", "file.remove"},           {"reg", "registry.*"},
    {"regedit", "registry.*"},      {"schtasks", "task.remove"},      {"certutil", "certificate.remove"},
    {"iptables", "firewall.remove"}, {"ip6tables", "firewall.remove"}, {"nft", "firewall.remove"},
    {"semanage", "selinux.remove"}, {"userdel", "user.remove"},       {"groupdel", "group.remove"},
    {"kill", "process.end"},        {"pkill", "process.end"},         {"killall", "process.end"},
    {"taskkill", "process.end"},    {"dism", "feature.enable"},
};

static const char *const restarts[] = {"shutdown", "reboot", "poweroff", "halt", "init", "telinit", "logoff"};

/* Options that make an installer restart the PC by itself. */
static const char *const restart_options[] = {"/forcerestart", "/promptrestart", "REBOOT=Force", "--reboot", "/reboot", "/restart"};

/* Of them one must be there when a program is an installer: what is not told otherwise asks. */
static const char *const quiet_options[] = {"/s", "/q", "/qn", "/quiet", "/silent", "/verysilent", "/passive", "/unattended",
                                            "-q", "-s", "-silent", "-quiet", "--quiet", "--silent", "--unattended", "--mode=silent"};
static const char *const asking_options[] = {"/qb", "/qr", "/qf", "/qb!", "--interactive", "/interactive"};

/* The program's name without its folder and ".exe". */
static const char *program_name(struct lint *l, const char *program)
{
    const char *slash = strrchr(program, '/'), *back = strrchr(program, '\\');
    char *name;

    if (back && (!slash || back > slash))
        slash = back;
    name = arena_strdup(&l->doc->arena, slash ? slash + 1 : program);
    if (!name)
        l->nomem = true;
    else if (strlen(name) > 4 && text_eq_fold(name + strlen(name) - 4, ".exe"))
        name[strlen(name) - 4] = '\0';
    return name ? name : "";
}

static bool among(const char *const *list, size_t n, const char *word)
{
    for (size_t i = 0; i < n; i++)
        if (text_eq_fold(list[i], word))
            return true;
    return false;
}

#define AMONG(list, word) among(list, sizeof(list) / sizeof *(list), word)

static void check_text(struct lint *l, const char *verb, const char *text, const struct place *at)
{
    char *plain = arena_strdup(&l->doc->arena, text);

    if (!plain) {
        l->nomem = true;
        return;
    }
    for (char *p = plain; *p; p++)
        if (*p == '\\')
            *p = '/';
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++)
        if (text_glob(table[i].verbs, verb) && text_glob_fold(table[i].text, plain)) {
            lint_add(l, PROBLEM_FORBIDDEN_EDIT, at, "%s", table[i].why);
            lint_advise(l, "%s", table[i].instead);
            return;
        }
}

/* What a command's program is for. False: nothing more is to be said of this command. */
static bool check_program(struct lint *l, const char *program, const char *first, const struct place *at)
{
    for (size_t i = 0; i < sizeof verbs / sizeof verbs[0]; i++)
        if (text_eq_fold(verbs[i].program, program) &&
            !(text_eq_fold(program, "systemctl") && AMONG(restarts, first))) {
            lint_add(l, PROBLEM_USE_VERB, at, "'%s' is what the verb %s is for", program, verbs[i].verb);
            return false;
        }
    if (AMONG(restarts, program) || (text_eq_fold(program, "systemctl") && AMONG(restarts, first))) {
        lint_add(l, PROBLEM_UNDECLARED_REBOOT, at, "restarts the PC, and the run would not know of it");
        return false;
    }
    return true;
}

static bool is_installer(const char *program, const char *name)
{
    bool windows = text_ends(program, ".exe") || text_ends(program, ".EXE");

    return windows && (text_starts(program, "${payload}") || text_glob_fold("*setup*", name) || text_glob_fold("*install*", name));
}

static void check_options(struct lint *l, const struct strs *argv, const struct place *at)
{
    bool installer = is_installer(argv->v[0], program_name(l, argv->v[0])), quiet = false;

    for (size_t i = 1; i < argv->n; i++) {
        struct place item = {at, NULL, i, NULL};

        quiet = quiet || AMONG(quiet_options, argv->v[i]);
        if (AMONG(restart_options, argv->v[i]))
            lint_add(l, PROBLEM_UNDECLARED_REBOOT, &item, "'%.60s' lets it restart the PC by itself", argv->v[i]);
        if (AMONG(asking_options, argv->v[i])) {
            lint_add(l, PROBLEM_INTERACTIVE, &item, "'%.60s' lets it ask somebody, and nobody is there", argv->v[i]);
            installer = false;
        }
    }
    if (installer && !quiet)
        lint_add(l, PROBLEM_INTERACTIVE, at, "an installer that is not told to be silent asks somebody, and nobody is there");
}

static void check_literal_secrets(struct lint *l, const struct strs *argv, const struct place *at)
{
    static const char *const names[] = {"*passw*", "*pwd*", "*token*", "*secret*", "*apikey*"};

    for (size_t i = 1; i < argv->n; i++) {
        const char *value = strpbrk(argv->v[i], "=:");
        struct place item = {at, NULL, i, NULL};
        char name[64];

        if (!value || !value[1] || strstr(value, "${") || (size_t)(value - argv->v[i]) >= sizeof name)
            continue;
        snprintf(name, sizeof name, "%.*s", (int)(value - argv->v[i]), argv->v[i]);
        for (size_t k = 0; k < sizeof names / sizeof names[0]; k++)
            if (text_glob_fold(names[k], name)) {
                lint_add(l, PROBLEM_SECRET_EXPOSED, &item, "'%s' gets a password or token that stands here in clear", name);
                break;
            }
    }
}

/* A command as one line. */
static void check_command(struct lint *l, const char *verb, const json_t *list, const struct place *at)
{
    struct strs argv = {ARENA_ARRAY(&l->doc->arena, json_array_size(list), const char *), 0};
    size_t before = l->out->problems.n;
    struct buf line;

    if (!argv.v) {
        l->nomem = true;
        return;
    }
    buf_init(&line, 1 << 20);
    for (size_t i = 0; i < json_array_size(list); i++)
        if (json_is_string(json_array_get(list, i))) {
            argv.v[argv.n++] = json_string_value(json_array_get(list, i));
            buf_printf(&line, "%s%s", i ? " " : "", argv.v[argv.n - 1]);
        }
    check_text(l, verb, buf_str(&line), at);
    buf_free(&line);
    if (!argv.n || l->out->problems.n > before)
        return;
    if (check_program(l, program_name(l, argv.v[0]), argv.n > 1 ? argv.v[1] : "", at))
        check_options(l, &argv, at);
    check_literal_secrets(l, &argv, at);
}

bool lint_forbidden(struct lint *l, const char *verb, const json_t *args, const struct place *at)
{
    json_t *obj = (json_t *)(uintptr_t)args;
    size_t before = l->out->problems.n;

    for (void *it = json_object_iter(obj); it; it = json_object_iter_next(obj, it)) {
        const char *key = json_object_iter_key(it);
        const json_t *v = json_object_iter_value(it);
        struct place here = {at, key, 0, NULL};

        if (json_is_string(v))
            check_text(l, verb, json_string_value(v), &here);
        else if (json_is_array(v) && (strcmp(key, "argv") == 0 || strcmp(key, "undo") == 0))
            check_command(l, verb, v, &here);
    }
    for (size_t i = before; i < l->out->problems.n; i++)
        if (l->out->problems.v[i].kind == PROBLEM_FORBIDDEN_EDIT || l->out->problems.v[i].kind == PROBLEM_USE_VERB)
            return true;
    return false;
}
