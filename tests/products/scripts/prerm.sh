# Keeps the daemon and its files for a while after the package manager is done; a copy of the program does the stopping.
remove_in_background() {
    mkdir -p "$root/uninstall"
    if [ -n "$daemon" ]; then cp "$daemon" "$root/uninstall/stop"; fi
    setsid sh -c '
        sleep "$1"
        [ ! -x "$2/uninstall/stop" ] || "$2/uninstall/stop" --stop
        rm -rf "$2"
        rmdir --ignore-fail-on-non-empty "${2%/*}"
    ' "$name-uninstall" "${value:-5}" "$root" </dev/null >/dev/null 2>&1 &
}

[ "$1" = remove ] || exit 0
if switch refuse-removal; then
    echo "$name: removal is refused by the policy of the administration server (stand-in)" >&2
    exit 1
fi
if switch removal-fails; then
    echo "$name: removal failed (stand-in)" >&2
    exit 1
fi
if switch hang; then exec sleep infinity; fi
if switch leave-files; then cp -a "$root" "$root.kept"; fi
if switch removal-background; then
    remove_in_background
else
    service_stop
fi
