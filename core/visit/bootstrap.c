#include "core/base/base64.h"
#include "core/visit/bootstrap.h"

#include <string.h>

const char bootstrap_shell[] = "/bin/sh";

/*
 * One line when it is put together. `x` is a file that is being taken, named by the process that takes it, so that what
 * one that is no more has left can be told. The worker must not be read by this shell, hence the look at the machine before
 * it is asked for: a shell that is given a program of another machine may take it for a script. It comes packed where gzip
 * does what it should; of what that unpacks one byte too many is kept at most, which makes it another file than was meant. A shell
 * that cannot become the worker ends: bash sees that before, busybox says it by its trap.
 */
const char bootstrap_script[] =
    "umask 077; PATH=/usr/sbin:/usr/bin:/sbin:/bin; LC_ALL=C; export PATH LC_ALL; d=$1 n=$2 w=$3/workers p=$4 g=; f=$w/$d x=$w/new.$$; "
    "say() { echo \"avswap-visit/1 $*\"; }; "
    "die() { say failed \"$*\"; rm -f \"$x\"; exit 1; }; "
    "right() { case $(sha256sum <\"$1\") in \"$d \"*) return 0;; esac; return 1; }; "
    "command -v sha256sum >/dev/null 2>&1 || die \"sha256sum is missing on this PC: install coreutils\"; "
    "if [ -f \"$f\" ] && right \"$f\"; then say have; else "
    "m=$(uname -m); [ \"$m\" = x86_64 ] || die \"this PC is $m, and the worker is for x86_64\"; "
    "mkdir -p \"$w\" 2>/dev/null && chmod 700 \"$3\" \"$w\" 2>/dev/null || "
    "die \"user $(id -un) cannot make $w: root rights are missing, or the disk is read-only or full\"; "
    "for o in \"$w\"/new.*; do kill -0 \"${o##*.}\" 2>/dev/null || rm -f \"$o\"; done; "
    "(: >\"$x\") 2>/dev/null || die \"cannot write into $w: the disk is read-only or full\"; "
    "if [ \"$p\" = gzip ] && [ \"$(echo x | gzip -c 2>/dev/null | gzip -dc 2>/dev/null)\" = x ]; then g=gzip; fi; "
    "say want $g; "
    "if [ $g ]; then read -r z && head -c \"$z\" | gzip -dc 2>/dev/null | head -c $((n + 1)); else head -c \"$n\"; fi >\"$x\" 2>/dev/null || "
    "die \"cannot write the worker into $w: the disk is full or read-only\"; "
    "right \"$x\" || die \"the worker did not come whole, or is another one than was meant\"; "
    "chmod 700 \"$x\" && { sync \"$x\" 2>/dev/null || sync; } && mv -f \"$x\" \"$f\" || die \"cannot keep the worker in $w\"; "
    "fi; "
    "m=\"the worker cannot be run in $w, which may be mounted noexec\"; [ -x \"$f\" ] || die \"$m\"; trap \"say failed $m\" 0; "
    "exec \"$f\" visit";

/*
 * Every user may make folders in ProgramData, so one that is there counts only when an administrator or the system owns
 * it; then it is closed to all others. SHA256CryptoServiceProvider is the one that a PC in FIPS mode allows. Process.Start
 * without a shell hands this process's own standard input and output to the worker, byte for byte.
 */
static const char powershell[] =
    "$ErrorActionPreference='Stop';$ProgressPreference='SilentlyContinue'\n"
    "$o=[Console]::OpenStandardOutput();$i=[Console]::OpenStandardInput()\n"
    "function say($t){$b=[Text.Encoding]::UTF8.GetBytes(\"avswap-visit/1 $t`n\");$o.Write($b,0,$b.Length);$o.Flush()}\n"
    "function right($p){$h=New-Object Security.Cryptography.SHA256CryptoServiceProvider;$r=[IO.File]::OpenRead($p)\n"
    "try{[BitConverter]::ToString($h.ComputeHash($r)).Replace('-','') -eq $d}finally{$r.Close()}}\n"
    "function ours($q){'S-1-5-18','S-1-5-32-544',$me -contains $q.GetOwner([Security.Principal.SecurityIdentifier]).Value}\n"
    "function own($p){$a=New-Object Security.AccessControl.DirectorySecurity\n"
    "$a.SetSecurityDescriptorSddlForm('D:PAI(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)')\n"
    "if(-not [IO.Directory]::Exists($p)){[void][IO.Directory]::CreateDirectory($p,$a)}\n"
    "if([IO.File]::GetAttributes($p) -band 1024){throw \"$p is a link\"}\n"
    "if(-not (ours ([IO.Directory]::GetAccessControl($p)))){throw \"$p belongs to somebody who is no administrator\"}\n"
    "[IO.Directory]::SetAccessControl($p,$a)}\n"
    "try{$me=[Security.Principal.WindowsIdentity]::GetCurrent().User.Value\n"
    "$w=\"$s\\workers\";$f=\"$w\\$d.exe\";own $s;own $w\n"
    "if([IO.File]::Exists($f) -and (ours ([IO.File]::GetAccessControl($f))) -and (right $f)){say have}else{\n"
    "Get-ChildItem \"$w\\*.new\" | Where-Object {$_.LastWriteTimeUtc -lt [DateTime]::UtcNow.AddDays(-1)} | Remove-Item -Force\n"
    "$x=\"$w\\$([Guid]::NewGuid()).new\";$k=[IO.File]::Open($x,'CreateNew');try{say want;$b=New-Object byte[] 65536\n"
    "while($n -gt 0){$c=$i.Read($b,0,[Math]::Min($n,65536));if($c -le 0){throw 'the worker did not come whole'}\n"
    "$k.Write($b,0,$c);$n-=$c};$k.Flush($true)}finally{$k.Close()}\n"
    "if(-not (right $x)){throw 'the worker that came is another one than was meant'}\n"
    "try{if([IO.File]::Exists($f)){[IO.File]::Delete($f)};[IO.File]::Move($x,$f)}\n"
    "catch{if(-not (right $f)){throw};Remove-Item $x -Force}}\n"
    "$g=New-Object Diagnostics.ProcessStartInfo $f,'visit';$g.UseShellExecute=$false;$v=[Diagnostics.Process]::Start($g)\n"
    "}catch{$t=$_.Exception.GetBaseException().Message -replace '\\s+',' ';say \"failed $t\"\n"
    "if($x){Remove-Item $x -Force -ErrorAction SilentlyContinue};exit 1}\n"
    "$v.WaitForExit();exit $v.ExitCode\n";

const char *bootstrap_state(const struct target *t)
{
    if (t->state)
        return t->state;
    return t->os == TARGET_WINDOWS ? "$env:ProgramData\\avswap" : "/var/lib/avswap";
}

const char *bootstrap_powershell(const struct target *t, const struct worker_file *w, struct arena *a)
{
    return arena_printf(a, "$d='%s';[long]$n=%zu;$s=\"%s\"\n%s", w->sha256, w->size, bootstrap_state(t), powershell);
}

/* UTF-16LE of ASCII, as base64. */
static const char *encode(const char *text, struct arena *a)
{
    size_t n = strlen(text);
    char *wide = arena_alloc(a, 2 * n);

    if (!wide)
        return NULL;
    for (size_t i = 0; i < n; i++) {
        wide[2 * i] = text[i];
        wide[2 * i + 1] = '\0';
    }
    return base64_encode(a, wide, 2 * n);
}

static const char *windows_command(const struct target *t, const struct worker_file *w, struct arena *a, struct err *e)
{
    const char *script = bootstrap_powershell(t, w, a), *code = script ? encode(script, a) : NULL, *ret = NULL;

    if (code)
        ret = arena_printf(a, "powershell -NoProfile -NonInteractive -InputFormat None -OutputFormat Text -EncodedCommand %s", code);
    if (!ret)
        err_nomem(e);
    return ret;
}

const char *bootstrap_command(const struct target *t, const struct worker_file *w, struct arena *a, struct err *e)
{
    const char *ret;

    if (t->os == TARGET_WINDOWS)
        return windows_command(t, w, a, e);
    ret = arena_printf(a, "exec %s%s -c '%s' avswap %s %zu %s %s", t->become ? "sudo -n " : "", bootstrap_shell, bootstrap_script,
                       w->sha256, w->size, bootstrap_state(t), w->packed ? "gzip" : "plain");
    if (!ret)
        err_nomem(e);
    return ret;
}

bool bootstrap_arguments(const struct target *t, const struct worker_file *w, struct arena *a, struct strs *args, struct strs *ret,
                         struct err *e)
{
    const char *command;

    if (!transport_check_target(t, e))
        return false;
    if (!digest_is(w->sha256))
        return err_set(e, ERR_BUG, "a worker without a digest");
    command = bootstrap_command(t, w, a, e);
    if (!command)
        return false;
    transport_arg(args, "--");
    transport_arg(args, t->address ? t->address : t->name);
    transport_arg(args, command);
    if (!args->v)
        return err_nomem(e);
    *ret = *args;
    return true;
}
