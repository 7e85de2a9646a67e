make_state() {
    for group in $groups; do
        getent group "$group" >/dev/null || groupadd --system "$group"
    done
    for dir in $state_dirs; do
        mkdir -p "$dir"
        chmod 0750 "$dir"
    done
    if [ -n "$state_file" ] && [ ! -e "$state_file" ]; then
        cp "$root/share/${state_file##*/}" "$state_file"
        chmod 0600 "$state_file"
    fi
}

case "$1" in
install)
    make_state
    if [ -n "$broken" ] || switch install-fails; then
        echo "$name: installation failed (stand-in)" >&2
        exit 1
    fi
    service_start restart
    ;;
abort) service_start start ;;
esac
