#include "core/catalog/winget_parts.h"
#include "core/model/event.h"

#include <stdint.h>
#include <string.h>
#include <strings.h>

/* ReturnResponse of the published schema. */
static const struct {
    const char *response;
    int outcome;
    const char *text;
} responses[] = {
    {"packageInUse", OUTCOME_IN_USE_RETRY, "the program is in use"},
    {"packageInUseByApplication", OUTCOME_IN_USE_RETRY, "the program is in use by another one"},
    {"installInProgress", OUTCOME_IN_USE_RETRY, "another installation is running"},
    {"fileInUse", OUTCOME_IN_USE_RETRY, "a file is in use"},
    {"missingDependency", OUTCOME_REQUIREMENTS, "something that it needs is missing"},
    {"diskFull", OUTCOME_DISK_FULL, "the disk is full"},
    {"insufficientMemory", OUTCOME_REQUIREMENTS, "there is not enough memory"},
    {"invalidParameter", OUTCOME_CONFIG_ERROR, "an argument is wrong"},
    {"noNetwork", OUTCOME_NO_NETWORK, "it needs the network"},
    {"contactSupport", OUTCOME_FATAL, "it says to ask its maker"},
    {"rebootRequiredToFinish", OUTCOME_OK_REBOOT, "done once the PC is rebooted"},
    {"rebootRequiredForInstall", OUTCOME_REBOOT_THEN_RETRY, "nothing was done: a reboot is needed first"},
    {"rebootInitiated", OUTCOME_OK_REBOOT, "done once the PC is rebooted, which it began by itself"},
    {"cancelledByUser", OUTCOME_CANCELLED, "it was cancelled"},
    {"alreadyInstalled", OUTCOME_ALREADY_OK, "another version of it is installed"},
    {"downgrade", OUTCOME_ALREADY_OK, "a newer version of it is installed"},
    {"blockedByPolicy", OUTCOME_REFUSED, "a policy of this PC forbids it"},
    {"systemNotSupported", OUTCOME_UNSUPPORTED_OS, "it is not for this kind of system"},
    {"custom", OUTCOME_FATAL, "an error of its own"},
};

static json_t *find(json_t *list, long long code)
{
    for (size_t i = 0; i < json_array_size(list); i++) {
        json_t *row = json_array_get(list, i);

        if ((uint32_t)json_integer_value(json_object_get(row, "code")) == (uint32_t)code)
            return row;
    }
    return NULL;
}

static void add(struct winget_said *s, json_t *list, long long code, int outcome, const char *text, const char *url)
{
    json_t *row = find(list, code);

    if (!code)
        winget_say(s, &s->reasons, "exit code 0 is success; the manifest says something else of it");
    else if (row && !text_eq(json_string_value(json_object_get(row, "outcome")), outcome_names[outcome]))
        winget_say(s, &s->reasons, "exit code %lld has two meanings: '%s' and '%s'", code,
                   json_string_value(json_object_get(row, "text")), text);
    if (!code || row)
        return;
    row = json_pack("{s:I, s:s, s:s}", "code", (json_int_t)code, "outcome", outcome_names[outcome], "text", text);
    if (row && url)
        json_object_set_new(row, "text", json_sprintf("%s; see %s", text, url));
    if (json_array_append_new(list, row))
        s->nomem = true;
}

static void add_response(struct winget_said *s, json_t *list, const struct winget_return *r)
{
    for (size_t i = 0; i < sizeof responses / sizeof responses[0]; i++)
        if (strcasecmp(responses[i].response, r->response) == 0) {
            add(s, list, r->code, responses[i].outcome, responses[i].text, r->url);
            return;
        }
    winget_say(s, &s->notes, "exit code %lld: the response '%.60s' is not in the published schema; it counts as a failure",
               r->code, r->response);
    add(s, list, r->code, OUTCOME_FATAL, "an error of its own", r->url);
}

void winget_exits(struct winget_said *s, const struct winget_installer *i, json_t *list)
{
    long long code;

    for (size_t k = 0; k < i->success_codes.n; k++) {
        if (!text_number(i->success_codes.v[k], &code) || code < INT32_MIN || code > UINT32_MAX)
            winget_say(s, &s->reasons, "InstallerSuccessCodes: '%s' is no exit code", i->success_codes.v[k]);
        else
            add(s, list, code, OUTCOME_OK, "done", NULL);
    }
    for (size_t k = 0; k < i->returns.n; k++)
        add_response(s, list, &i->returns.v[k]);
}
