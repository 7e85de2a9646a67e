# By default the state, the logs, the groups and a firewall mark stay behind, as they do on real hosts (stand-in
# behaviour, on purpose). The switch clean-removal takes them away.
remove_state() {
    for dir in $state_roots; do
        rm -rf "$dir"
        if [ -d "${dir%/*}" ]; then rmdir --ignore-fail-on-non-empty "${dir%/*}"; fi
    done
    for group in $groups; do
        if getent group "$group" >/dev/null; then groupdel "$group"; fi
    done
}

[ "$1" = remove ] || exit 0
service_forget
if [ -d "$root.kept" ]; then
    mkdir -p "$root"
    cp -a "$root.kept/." "$root"
    rm -rf "$root.kept"
fi
if switch wants-reboot; then
    echo '*** System restart required ***' >/run/reboot-required
    echo "$name" >>/run/reboot-required.pkgs
fi
if switch clean-removal; then remove_state; fi
