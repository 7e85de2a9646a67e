/*
 * transport.h - how a PC is reached: from a PC and options to the arguments of a child whose standard input and output are
 * the visit (session.h), and from that child's end to what it says of the PC. Pure: nothing is started or read here.
 *
 *     ssh     the OpenSSH client, so that everything in the user's ssh_config holds: ProxyJump, agents, certificates, FIDO
 *             keys, known_hosts. Host keys are always checked strictly.
 *     libssh  the library of that name in the OpenSSH client's place (libssh.h), where nothing is lost by it: two thirds of the
 *             CPU of ssh.
 *     local   the same visit on this machine, without a network.
 *
 * The remote side of either is one constant script that knows nothing but the worker's digest and size. It finds or takes
 * the worker, checks it, and becomes it. Before that it says one line, on which session.h waits:
 *
 *     avswap-visit/1 have          it is here, and is what the digest says
 *     avswap-visit/1 want          send it: SIZE bytes
 *     avswap-visit/1 want gzip     send it packed: the packed size, a newline, so many bytes
 *     avswap-visit/1 failed TEXT   it cannot be had here; also behind one of the others, when it could not be taken or run
 *
 * The driver starts the child in a session of its own (setsid), so that no ssh of a ProxyJump, which does not inherit
 * BatchMode, can ask on the terminal, and with SSH_ASKPASS_REQUIRE=never in its environment.
 *
 * Everything launch() gives lives in the arena. Addresses and users that could be taken for an option, or that hold
 * anything a shell or ssh_config's % would act on, are ERR_INPUT.
 *
 * Sources: ssh(1), ssh_config(5) of OpenSSH 9.2; the messages in tests/unit/test_fleet_transport.c were recorded from it.
 */
#ifndef AVSWAP_CORE_VISIT_TRANSPORT_H
#define AVSWAP_CORE_VISIT_TRANSPORT_H

#include "core/base/digest.h"
#include "core/base/text.h"

enum target_os { TARGET_LINUX, TARGET_WINDOWS };
extern const char *const target_os_names[]; /* NULL-terminated: "linux", "windows" */

struct target {
    const char *name;    /* for people */
    const char *address; /* NULL: the name */
    const char *user;    /* NULL: as ssh_config says */
    long long port;      /* 0: as ssh_config says */
    int os;              /* enum target_os */
    bool become;         /* Linux: by `sudo -n`, as the user is not root */
    const char *state;   /* folder of the worker's state there; NULL: where avswap keeps it on that system */
};

struct transport_options {
    const char *ssh_config; /* -F; NULL: the user's own */
    const char *kex;        /* "curve25519": that key exchange alone; NULL: what OpenSSH prefers */
    unsigned connect_s;     /* 0: TRANSPORT_CONNECT_S */
    struct strs libssh;     /* the program avswap-ssh and its options, as libssh_choose() found them; n = 0: it is OpenSSH's */
};

/* The worker that travels. The bytes are the caller's, and are neither copied nor changed. */
struct worker_file {
    char sha256[DIGEST_TEXT]; /* of the bytes, however they travel */
    const char *bytes;
    size_t size;
    struct buf *packed; /* the same by gzip (pack.h), for PCs that can unpack it: filled when the first wants it; NULL: it goes as it is */
};

/* What the end of a child says of the connection. The visit's own result comes by session.h. */
enum link {
    LINK_OK,     /* it stood to the end */
    LINK_SILENT, /* no connection, or it broke off: the PC may come back by itself (EVENT_SILENT) */
    LINK_LOGIN,  /* the login was refused (EVENT_LOGIN) */
    LINK_KEY,    /* its host key is unknown or another one (EVENT_KEY) */
    LINK_SETUP,  /* this jump host's ssh, its options, or the PC's shell or sudo: a person has to put it right (EVENT_LOGIN too: it
                    is that PC's matter, or every PC says the same) */
};
extern const char *const link_names[]; /* NULL-terminated: "ok", "silent", "login", "key", "setup" */

/* How a child ended. */
struct link_end {
    int status;         /* exit status; ignored when a signal ended it */
    int signal;         /* 0: none */
    bool timed_out;     /* the driver ended it, as its deadline was over */
    bool greeted;       /* the PC's greeting had come (session_greeted) */
    const char *errors; /* what it wrote to standard error: hostile, need not end with NUL; NULL: nothing */
    size_t errors_len;  /* only the first and last TRANSPORT_ERRORS / 2 bytes need be kept; more is not looked at */
};
enum { TRANSPORT_ERRORS = 8192, TRANSPORT_ARGS = 96, TRANSPORT_CONNECT_S = 10 };

/* Where the connection to a PC goes. */
struct way {
    bool direct;    /* from this machine straight to it; else the rest says nothing */
    char host[256]; /* name or address */
    char port[6];
    int family;     /* AF_UNSPEC, AF_INET, AF_INET6 */
};

struct transport {
    const char *name;
    /* The arguments; ret->v[ret->n] is NULL. */
    bool (*launch)(const struct target *t, const struct transport_options *o, const struct worker_file *w,
                   struct arena *a, struct strs *ret, struct err *e);
    /* Appends a sentence or two for people, made harmless for a terminal: what happened and what to do next. */
    enum link (*classify)(const struct target *t, const struct link_end *end, struct buf *text);
    /* The arguments of a child that prints where the connection goes, and what it printed, read. False: it is not direct, or not
     * understood. NULL: it cannot be told. */
    bool (*way)(const struct target *t, const struct transport_options *o, struct arena *a, struct strs *ret, struct err *e);
    bool (*read_way)(const char *text, size_t n, struct way *ret);
};
extern const struct transport transport_ssh, transport_libssh, transport_local;
extern const struct transport *const transports[]; /* NULL-terminated */

/* Appends to a list with room for TRANSPORT_ARGS and the NULL. What cannot be had (s is NULL) or has no room leaves no list: v is NULL. */
void transport_arg(struct strs *args, const char *s);

const struct transport *transport_find(const char *name); /* NULL: there is none of that name */

/* May these be handed to ssh? ERR_INPUT with the reason. */
bool transport_check_target(const struct target *t, struct err *e) MUST_CHECK;

#endif
