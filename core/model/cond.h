/*
 * cond.h - conditions and probes: the one vocabulary that detection, requirements, health, expected states and
 * verification share.
 *
 * A condition is exactly one of: "all" (list), "any" (list), "not" (one), or a probe. As JSON:
 *
 *   {"all": [{"probe": "package", "name": "kesl"},
 *            {"not": {"probe": "unit", "name": "kesl.service", "state": "active"}},
 *            {"probe": "fact", "name": "os.version", "op": "ge", "value": "10"}]}
 *
 * cond_judge() is pure: it looks at facts only, and answers yes, no or unknown with the evidence.
 *
 * probe      uses                              says yes when
 * package    name, [version op value], [state] a package of that name (pattern) is there (state: default any but
 *                                              config-files)
 * unit       name, [state]                     a service of that name is loaded; or active / enabled / failed
 * process    name | exe                        a process with that name or executable (pattern) runs
 * file       path, [max_age_h], [state]        a file matches; its mtime is not older; state: file | dir
 * user group name                              the account exists
 * fanotify   [exe], [name]                     a process (pattern) holds fanotify marks
 * firewall   mark                              a rule carries this mark ("0x400")
 * selinux    name                              a local file context of this type (pattern) exists
 * command    argv, [json|key], op, value,      the product's own command answers so; without json and key the exit
 *            [timeout_s]                       status is compared
 * fact       name, op, value|values            a general fact compares so; names: see cond_fact_names()
 *
 * On Windows (names and paths are compared without regard to case; a path may begin with a known folder, as %ProgramData%/...):
 *
 * uninstall  name, [publisher], [key],         a program is listed (a Mac's application; key: its bundle id); state: live (default) | ghost: neither uninstaller nor folder,
 *            [version op value], [state]       or any. Twins (InstallWIX_{GUID}) of an entry {GUID} do not count
 * msi        name, [publisher],                Windows Installer knows a product of that name (pattern)
 *            [version op value]
 * driver     name, [path], [state]             a driver entry (a Mac's system extension) of that name; state: running | stopped
 * registry   path, [name], [op, decode,        a key (pattern) exists; or has a value of that name (pattern); or one that
 *            value|values]                     compares so. Both views are looked at
 * certificate name, [path]                     a root certificate with that subject (pattern), in that store (pattern)
 * trust_file name | path                       a setting names a file (pattern) in which a certificate has that subject (pattern)
 * security_center name, [state]                an antivirus of that name (pattern) is registered; state: on | off | fresh | stale
 * task       path | exe                        a scheduled task with that name or program (pattern)
 * signature  path, [name], [state]             a file is signed; by that signer (pattern); state: valid (default) | untrusted |
 *                                              broken | unsigned
 * wmi        path, class, name, op, value      a property in that name space and class compares so
 */
#ifndef AVSWAP_CORE_MODEL_COND_H
#define AVSWAP_CORE_MODEL_COND_H

#include "core/model/facts.h"

enum probe_kind {
    PROBE_NONE,
    PROBE_PACKAGE,
    PROBE_UNIT,
    PROBE_PROCESS,
    PROBE_FILE,
    PROBE_USER,
    PROBE_GROUP,
    PROBE_FANOTIFY,
    PROBE_FIREWALL,
    PROBE_SELINUX,
    PROBE_COMMAND,
    PROBE_FACT,
    PROBE_UNINSTALL,
    PROBE_MSI,
    PROBE_DRIVER,
    PROBE_REGISTRY,
    PROBE_CERTIFICATE,
    PROBE_TRUST_FILE,
    PROBE_SECURITY_CENTER,
    PROBE_TASK,
    PROBE_SIGNATURE,
    PROBE_WMI,
    PROBE_COUNT
};

enum cond_op { OP_NONE, OP_EQ, OP_NE, OP_LT, OP_LE, OP_GT, OP_GE, OP_IN, OP_GLOB, OP_MAX_AGE_H };
enum cond_decode { DECODE_TEXT, DECODE_NUMBER, DECODE_VERSION, DECODE_DATE, DECODE_EPOCH_S, DECODE_EPOCH_MS };

struct cond {
    LIST(struct cond) all;
    LIST(struct cond) any;
    struct cond *not;
    int probe; /* enum probe_kind */
    const char *name;
    const char *path;
    const char *exe;
    const char *state;
    const char *mark;
    const char *publisher;
    const char *class;
    struct strs argv;
    const char *json; /* dotted path into the command's JSON output */
    const char *key;  /* text output: the rest of the line that begins with this key */
    int op;           /* enum cond_op */
    int decode;       /* enum cond_decode */
    const char *value;
    struct strs values;
    long long max_age_h;
    long long timeout_s; /* of a command; default 20 */
};

extern const struct schema cond_schema;
extern const char *const probe_names[];
extern const char *const decode_names[];
struct probe_def {
    const char *doc;    /* when it says yes */
    const char *family; /* the systems that have such facts, with spaces between; NULL: any */
    const char *members; /* see probe_member() */
    const char *const *states; /* NULL: it has no `state` */
};
extern const struct probe_def probe_defs[PROBE_COUNT];
bool probe_on(int probe, const char *family);
/* The i-th member that such a probe may have; NULL: it has no more. */
const char *probe_member(int probe, size_t i);
/* "/...", "%ProgramData%/..." (one of folder_names) or "C:/..."; or "${...", which may become one. */
bool cond_absolute(const char *path);
/* "HKLM/..." or "HKU/...", without '/' at its end. */
bool cond_registry_key(const char *path);

enum tri { TRI_UNKNOWN, TRI_NO, TRI_YES };
extern const char *const tri_names[];

struct verdict {
    enum tri answer;
    const char *evidence; /* one line for people, owned by the arena given; never NULL */
};

/* Judges c against the facts. A NULL condition is yes. False only when memory runs out. */
bool cond_judge(const struct cond *c, const struct facts *f, struct arena *a, struct verdict *ret,
                struct err *e) MUST_CHECK;
/* One line for people: "package kesl is installed". */
const char *cond_text(const struct cond *c, struct arena *a) MUST_CHECK;
/* The value that a command answered, by json or key; NULL when there is none. Also for reports (database date). */
const char *cond_extract(const struct answer *answer, const char *json, const char *key, struct arena *a);
const struct answer *cond_answer(const struct facts *f, const struct strs *argv);
const char *const *cond_fact_names(size_t *n);

/* When a value that `decode` says is a date was; "never" is the beginning of time. False when it is none. */
bool cond_instant(int decode, const char *value, instant *ret) MUST_CHECK;

/*
 * Every fact that a probe finds, each as a map of its fields ("name", "code", "key", "view", "path", ...): what a step's
 * `each` goes through. c is a probe of a kind that finds such facts (cond_lists()): uninstall, msi, unit, driver,
 * registry, certificate, trust_file, security_center, task, file or signature; or `any` of several probes of one such kind, and a
 * fact that fits two of them comes once. Of a registry probe without `name` each key comes once. A name that goes into
 * a pattern needs text_literal().
 */
struct cond_match {
    const json_t *fields;
    const char *text; /* the evidence, for people */
};
struct cond_matches {
    LIST(struct cond_match) rows;
};
bool cond_lists(const struct cond *c);
/* The fields of those facts. */
const struct schema *cond_each_schema(const struct cond *c);
bool cond_each(const struct cond *c, const struct facts *f, struct doc *d, struct cond_matches *ret,
               struct err *e) MUST_CHECK;

/* The version that a package, a listed program or a product of Windows Installer of that name (pattern) has, and the
 * probe that says so; NULL when there is none. */
const char *cond_version(const char *name, const struct facts *f, struct arena *a, struct cond *probe);
/* What a registry probe's first value holds; NULL: nothing. */
const char *cond_registry(const struct cond *c, const struct facts *f, struct arena *a);

/* For verbs: a copy of a probe, negated if `gone`, in d. */
bool cond_copy(const struct cond *probe, bool gone, struct doc *d, struct cond **ret, struct err *e) MUST_CHECK;

/* Which parts of the facts and which files and commands judging c needs; adds to *parts and q. */
bool cond_questions(const struct cond *c, struct arena *a, unsigned *parts, struct questions *q,
                    struct err *e) MUST_CHECK;
bool questions_add_unit(struct questions *q, struct arena *a, const char *name, struct err *e) MUST_CHECK;
bool questions_add_path(struct questions *q, struct arena *a, const char *path, struct err *e) MUST_CHECK;
bool questions_add_registry(struct questions *q, struct arena *a, const char *key, struct err *e) MUST_CHECK;
bool questions_add_command(struct questions *q, struct arena *a, const struct strs *argv, long long timeout_s,
                           struct err *e) MUST_CHECK;

#endif
