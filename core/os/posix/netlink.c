#include "core/os/posix/netlink.h"

#include <errno.h>
#include <linux/fib_rules.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

struct dump {
    int protocol;
    uint16_t type; /* of the question */
    uint8_t family;
    size_t head; /* bytes before the attributes of an answer */
    uint16_t attribute;
    void (*answer)(struct dump *d, int family, const void *value, size_t n);
    union {
        void (*table)(void *arg, int family, const char *name);
        void (*mark)(void *arg, uint32_t mark);
    } f;
    void *arg;
};

/* The attribute wanted among those of one answer. */
static void take(struct dump *d, const struct nlmsghdr *h)
{
    const char *p = (const char *)h + NLMSG_HDRLEN, *end = (const char *)h + h->nlmsg_len;
    int family = *(const unsigned char *)p; /* the first member of nfgenmsg and of fib_rule_hdr */

    p += NLMSG_ALIGN(d->head);
    while (end - p >= (long)NLA_HDRLEN) {
        struct nlattr a;

        memcpy(&a, p, sizeof a);
        if (a.nla_len < NLA_HDRLEN || a.nla_len > end - p)
            return;
        if ((a.nla_type & NLA_TYPE_MASK) == d->attribute)
            d->answer(d, family, p + NLA_HDRLEN, a.nla_len - NLA_HDRLEN);
        p += NLA_ALIGN(a.nla_len);
    }
}

/* Reads one datagram; done says that the dump is over. Returns an errno, 0 when all is well. */
static int receive(struct dump *d, int fd, bool *done)
{
    _Alignas(struct nlmsghdr) char text[32768];
    ssize_t n = recv(fd, text, sizeof text, 0);

    if (n < 0)
        return errno == EINTR ? 0 : errno;
    for (const char *p = text; n >= (ssize_t)NLMSG_HDRLEN;) {
        const struct nlmsghdr *h = (const struct nlmsghdr *)(const void *)p;
        ssize_t step = (ssize_t)NLMSG_ALIGN(h->nlmsg_len);

        if (h->nlmsg_len < NLMSG_HDRLEN || h->nlmsg_len > (size_t)n)
            return EBADMSG;
        if (h->nlmsg_type == NLMSG_DONE) {
            *done = true;
            return 0;
        }
        if (h->nlmsg_type == NLMSG_ERROR) {
            const struct nlmsgerr *error = (const struct nlmsgerr *)(const void *)(p + NLMSG_HDRLEN);

            *done = true;
            return h->nlmsg_len < NLMSG_HDRLEN + sizeof *error ? EBADMSG : -error->error;
        }
        if (h->nlmsg_len >= NLMSG_HDRLEN + d->head)
            take(d, h);
        p += step;
        n -= step;
    }
    return 0;
}

static int ask(struct dump *d)
{
    struct {
        struct nlmsghdr h;
        union {
            struct nfgenmsg nf;
            struct fib_rule_hdr rule;
        } u;
    } q;
    struct timeval limit = {.tv_sec = 5};
    int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, d->protocol), error = 0;
    bool done = false;

    if (fd < 0)
        return errno;
    memset(&q, 0, sizeof q);
    q.h.nlmsg_len = (uint32_t)NLMSG_LENGTH(d->head);
    q.h.nlmsg_type = d->type;
    q.h.nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
    q.u.nf.nfgen_family = d->family;
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    if (send(fd, &q, q.h.nlmsg_len, 0) < 0)
        error = errno;
    while (!error && !done)
        error = receive(d, fd, &done);
    close(fd);
    return error;
}

/* Kernels without the subject say so in different ways. */
static bool conclude(int error, const char *what, struct err *e)
{
    if (error == 0 || error == EPROTONOSUPPORT || error == EAFNOSUPPORT || error == EOPNOTSUPP ||
        error == EINVAL)
        return true;
    return err_sys(e, error == EPERM || error == EACCES ? ERR_PRIVILEGE : ERR_OS, error,
                   "asking the kernel for %s", what);
}

static void table_answer(struct dump *d, int family, const void *value, size_t n)
{
    const char *name = value;

    if (n && !name[n - 1])
        d->f.table(d->arg, family, name);
}

bool netlink_tables(void (*f)(void *arg, int family, const char *name), void *arg, struct err *e)
{
    struct dump d = {
        .protocol = NETLINK_NETFILTER,
        .type = NFNL_SUBSYS_NFTABLES << 8 | NFT_MSG_GETTABLE,
        .family = AF_UNSPEC,
        .head = sizeof(struct nfgenmsg),
        .attribute = NFTA_TABLE_NAME,
        .answer = table_answer,
        .f.table = f,
        .arg = arg,
    };

    return conclude(ask(&d), "packet filter tables", e);
}

static void mark_answer(struct dump *d, int family, const void *value, size_t n)
{
    uint32_t mark;

    (void)family;
    if (n < sizeof mark)
        return;
    memcpy(&mark, value, sizeof mark);
    if (mark)
        d->f.mark(d->arg, mark);
}

bool netlink_marks(int family, void (*f)(void *arg, uint32_t mark), void *arg, struct err *e)
{
    struct dump d = {
        .protocol = NETLINK_ROUTE,
        .type = RTM_GETRULE,
        .family = (uint8_t)family,
        .head = sizeof(struct fib_rule_hdr),
        .attribute = FRA_FWMARK,
        .answer = mark_answer,
        .f.mark = f,
        .arg = arg,
    };

    return conclude(ask(&d), "routing rules", e);
}
