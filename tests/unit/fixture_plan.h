/*
 * fixture_plan.h - from short texts to findings and a plan, by the same functions as the commands.
 *
 * planned_make() never fails the test for a plan that is refused: look at `ok` and `err`. Always planned_free().
 */
#ifndef AVSWAP_TESTS_UNIT_FIXTURE_PLAN_H
#define AVSWAP_TESTS_UNIT_FIXTURE_PLAN_H

#include "core/plan/planner.h"
#include "tests/unit/fixture.h"

struct planned {
    struct doc doc;
    struct catalog catalog;
    struct facts facts;
    struct policy policy;
    struct findings findings;
    struct plan_request request;
    struct plan plan;
    struct err err;
    bool ok;
    char *text; /* of the plan, when ok */
};

struct situation {
    const char *facts;  /* members beside those of fixture_facts(); or all, from 'collected_at' on */
    const char *policy; /* members; NULL: none */
    const char *target; /* asked for; NULL: choose */
    const struct edit *edits;
    const char *catalog; /* folder with the real ones; NULL: the small catalogue */
};

void planned_make(struct planned *p, const struct situation *s);
void planned_free(struct planned *p);

const struct candidate *planned_candidate(const struct planned *p, const char *product);
/* The first step of this verb and, unless NULL, product; NULL: none. */
const struct step *planned_step(const struct planned *p, const char *verb, const char *product);
/* "verb verb ..." of the stage, one space between. */
char *planned_verbs(struct planned *p, int stage);
bool planned_says(const struct strs *list, const char *part);

/* Facts of the small catalogue's products. */
#define OLD_AV                                                                                                         \
    "'packages':[{'manager':'dpkg','name':'oldav','version':'1.5','state':'installed'}],"                              \
    "'files':[{'path':'/opt/old/av/engine','kind':'file'},{'path':'/var/opt/old/av','kind':'dir'}],"                   \
    "'units':[{'name':'oldav.service','active':'active','load':'loaded'}],"                                            \
    "'fanotify':[{'pid':5,'exe':'/opt/old/av/engine','name':'engine','marks':2}]"
#define OLD_ALL                                                                                                        \
    "'packages':[{'manager':'dpkg','name':'oldav','version':'1.5','state':'installed'},"                               \
    "{'manager':'dpkg','name':'oldagent','version':'2','state':'installed'},"                                          \
    "{'manager':'dpkg','name':'oldgui','version':'3','state':'installed'}],"                                           \
    "'files':[{'path':'/opt/old/av/engine','kind':'file'},{'path':'/etc/old/agent.conf','kind':'file'},"               \
    "{'path':'/etc/cron.d/oldav','kind':'file'}]"
#define ALPHA_PROTECTS                                                                                                 \
    "'packages':[{'manager':'dpkg','name':'oldav','version':'1.5','state':'installed'},"                               \
    "{'manager':'dpkg','name':'alphaav','version':'9','state':'installed'}],"                                          \
    "'files':[{'path':'/opt/old/av/engine','kind':'file'}],"                                                           \
    "'fanotify':[{'pid':6,'exe':'/usr/sbin/alphad','name':'alphad','marks':1}]"
#define BETA_POLICY                                                                                                    \
    "'vars':{'beta_installer':'/srv/beta.deb'},'secrets':{'beta_token':'file:/etc/avswap/token'},'prefer':['beta']"

#endif
