#include "core/os/win32/acl.h"
#include "core/os/win32/wide.h"

#include <aclapi.h>
#include <sddl.h>

/* OW is whoever owns the file; OICI hands the entry down to what is made inside a folder. */
static const wchar_t private_text[] = L"D:P(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)(A;OICI;FA;;;OW)";

SECURITY_ATTRIBUTES *acl_private(struct err *e)
{
    static SECURITY_ATTRIBUTES made;

    if (made.lpSecurityDescriptor)
        return &made;
    if (!ConvertStringSecurityDescriptorToSecurityDescriptorW(private_text, SDDL_REVISION_1,
                                                              &made.lpSecurityDescriptor, NULL)) {
        wide_error(e, ERR_OS, GetLastError(), "making an access list");
        return NULL;
    }
    made.nLength = sizeof made;
    return &made;
}

/* The user whom this process runs as. */
static bool is_me(PSID sid)
{
    union {
        TOKEN_USER user;
        unsigned char bytes[sizeof(TOKEN_USER) + SECURITY_MAX_SID_SIZE];
    } token;
    HANDLE h;
    DWORD n;
    bool same;

    if (!OpenProcessToken(GetCurrentProcess(), TOKEN_QUERY, &h))
        return false;
    same = GetTokenInformation(h, TokenUser, &token, sizeof token, &n) && EqualSid(token.user.User.Sid, sid);
    CloseHandle(h);
    return same;
}

static bool is_system(PSID sid)
{
    static const wchar_t *const trusted[] = {
        L"S-1-5-18",                                                      /* SYSTEM */
        L"S-1-5-32-544",                                                  /* Administrators */
        L"S-1-5-80-956008885-3418522649-1831038044-1853292631-2271478464" /* TrustedInstaller */
    };
    bool found = false;
    wchar_t *text;

    if (!ConvertSidToStringSidW(sid, &text))
        return false;
    for (size_t i = 0; i < sizeof trusted / sizeof *trusted; i++)
        found = found || wcscmp(text, trusted[i]) == 0;
    LocalFree(text);
    return found;
}

/* "Whoever owns or creates it" stands in access lists for a person, not for others. */
static bool stands_for_owner(PSID sid)
{
    return IsWellKnownSid(sid, WinCreatorOwnerRightsSid) || IsWellKnownSid(sid, WinCreatorOwnerSid);
}

#define WRITING                                                                                              \
    (FILE_WRITE_DATA | FILE_APPEND_DATA | FILE_WRITE_EA | FILE_WRITE_ATTRIBUTES | FILE_DELETE_CHILD |        \
     DELETE | WRITE_DAC | WRITE_OWNER)

/* Calls for each entry that gives something to somebody else than the system, the administrators and the
 * owner, with what it gives; false when there is an entry that cannot be judged. No list at all gives
 * everything to everybody. */
static bool others(PACL list, PSID owner, void (*take)(void *arg, ACCESS_ALLOWED_ACE *ace, DWORD rights),
                   void *arg)
{
    GENERIC_MAPPING map = {FILE_GENERIC_READ, FILE_GENERIC_WRITE, FILE_GENERIC_EXECUTE, FILE_ALL_ACCESS};

    for (DWORD i = 0; list && i < list->AceCount; i++) {
        ACCESS_ALLOWED_ACE *ace;
        DWORD rights;
        PSID sid;
        void *p;

        if (!GetAce(list, i, &p))
            return false;
        ace = p;
        if (ace->Header.AceType == ACCESS_DENIED_ACE_TYPE)
            continue;
        /* A condition may always hold. */
        if (ace->Header.AceType != ACCESS_ALLOWED_ACE_TYPE &&
            ace->Header.AceType != ACCESS_ALLOWED_CALLBACK_ACE_TYPE)
            return false;
        sid = &ace->SidStart;
        rights = ace->Mask;
        MapGenericMask(&rights, &map);
        if (!stands_for_owner(sid) && !(owner && EqualSid(sid, owner)) && !is_system(sid))
            take(arg, ace, rights);
    }
    return list != NULL;
}

static void add_rights(void *arg, ACCESS_ALLOWED_ACE *ace, DWORD rights)
{
    DWORD *sum = arg;

    if (!(ace->Header.AceFlags & INHERIT_ONLY_ACE) && !is_me(&ace->SidStart))
        *sum |= rights;
}

unsigned acl_mode(HANDLE h, DWORD attributes)
{
    PSECURITY_DESCRIPTOR sd = NULL;
    DWORD rights = 0;
    unsigned mode = 0600;
    PSID owner;
    PACL list;

    if (GetSecurityInfo(h, SE_FILE_OBJECT, OWNER_SECURITY_INFORMATION | DACL_SECURITY_INFORMATION, &owner,
                        NULL, &list, NULL, &sd) != ERROR_SUCCESS ||
        !others(list, owner, add_rights, &rights))
        rights = FILE_ALL_ACCESS;
    LocalFree(sd);
    if (rights & FILE_READ_DATA)
        mode |= 044;
    if (rights & (WRITING & ~(FILE_WRITE_EA | FILE_WRITE_ATTRIBUTES)))
        mode |= 022;
    if (attributes & FILE_ATTRIBUTE_DIRECTORY)
        mode |= (mode & 0444) >> 2;
    else if (attributes & FILE_ATTRIBUTE_READONLY)
        mode &= ~0222u;
    return mode;
}

bool acl_trusted(HANDLE h)
{
    PSECURITY_DESCRIPTOR sd = NULL;
    PSID owner;
    bool trusted;

    if (GetSecurityInfo(h, SE_FILE_OBJECT, OWNER_SECURITY_INFORMATION, &owner, NULL, NULL, NULL, &sd) !=
        ERROR_SUCCESS)
        return false;
    trusted = owner && (is_system(owner) || is_me(owner));
    LocalFree(sd);
    return trusted;
}

bool acl_set_private(HANDLE h, struct err *e)
{
    SECURITY_ATTRIBUTES *sa = acl_private(e);
    BOOL here, defaulted;
    PACL list;
    DWORD os;

    if (!sa)
        return false;
    if (!GetSecurityDescriptorDacl(sa->lpSecurityDescriptor, &here, &list, &defaulted))
        return wide_error(e, ERR_OS, GetLastError(), "making an access list");
    /* The first hands it down to what is inside already, the second sets just these entries (Wine's first
     * adds those of the folder above again). */
    os = SetSecurityInfo(h, SE_FILE_OBJECT, DACL_SECURITY_INFORMATION | PROTECTED_DACL_SECURITY_INFORMATION,
                         NULL, NULL, list, NULL);
    if (os == ERROR_SUCCESS &&
        !SetKernelObjectSecurity(h, DACL_SECURITY_INFORMATION, sa->lpSecurityDescriptor))
        os = GetLastError();
    return os == ERROR_SUCCESS || wide_error(e, ERR_OS, os, "setting an access list");
}

static void read_only(void *arg, ACCESS_ALLOWED_ACE *ace, DWORD rights)
{
    (void)arg;
    ace->Mask = rights & ~(DWORD)WRITING;
}

/* Who the copy belongs to; may be somebody else than the owner of what is copied. */
static bool owner_of(HANDLE h, PSECURITY_DESCRIPTOR *ret_sd, PSID *ret)
{
    return GetSecurityInfo(h, SE_FILE_OBJECT, OWNER_SECURITY_INFORMATION, ret, NULL, NULL, NULL, ret_sd) ==
           ERROR_SUCCESS;
}

bool acl_copy(HANDLE from, HANDLE to, struct err *e)
{
    PSECURITY_DESCRIPTOR sd = NULL, owner_sd = NULL;
    DWORD os = GetSecurityInfo(from, SE_FILE_OBJECT, DACL_SECURITY_INFORMATION, NULL, NULL, NULL, NULL, &sd);
    BOOL here, defaulted;
    PSID owner;
    PACL list;

    if (os == ERROR_SUCCESS && owner_of(to, &owner_sd, &owner) &&
        GetSecurityDescriptorDacl(sd, &here, &list, &defaulted) && here &&
        others(list, owner, read_only, NULL)) {
        /* Not SetSecurityInfo(): that would mix in what the folder of `to` hands down. */
        if (!SetKernelObjectSecurity(to, DACL_SECURITY_INFORMATION, sd))
            os = GetLastError();
    }
    LocalFree(sd);
    LocalFree(owner_sd);
    return os == ERROR_SUCCESS || wide_error(e, ERR_OS, os, "copying an access list");
}
