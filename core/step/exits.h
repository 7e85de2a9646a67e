/*
 * exits.h - what the exit codes of kinds of installers mean, where the product's own exit_codes say nothing.
 *
 * Sources: names and numbers of winerror.h; learn.microsoft.com, "MsiExec.exe and InstMsi.exe error messages"; the
 * default codes that winget knows (ManifestCommon.cpp, GetDefaultKnownReturnCodes); jrsoftware.org, "Setup Exit Codes";
 * learn.microsoft.com, "DISM error codes". An HRESULT made of a Win32 code (0x8007....) means the same as the code.
 */
#ifndef AVSWAP_CORE_STEP_EXITS_H
#define AVSWAP_CORE_STEP_EXITS_H

#include "core/model/event.h"

enum exits { EXITS_NONE, EXITS_MSI, EXITS_INNO, EXITS_DISM };
extern const char *const exits_names[];

struct exits_row {
    long long code;
    int outcome; /* OUTCOME_NONE: the code alone says too little, the log has to be asked */
    const char *text;
};

/* NULL: the code says nothing. */
const struct exits_row *exits_find(enum exits table, long long code);
/* The same 32 bits, whichever sign they were written with. */
bool exits_same(long long a, long long b);
/* What the reason that an installer wrote into its log means; OUTCOME_NONE: nothing that is known. */
int exits_cause(const char *cause);

#endif
