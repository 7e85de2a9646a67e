# Stand-in package. Shared head of its maintainer scripts; the variables above it come from the package's meta file.
# The scripts take one argument, the same for dpkg and rpm: install, remove, purge, upgrade or abort.

switches=/etc/avswap-standin/switches

# switch NAME: is it set for this package? Its value goes into $value. Switches of kesl stand bare in the file, those of
# another package carry its name: klnagent64.hang
switch() {
    [ -f "$switches" ] || return 1
    prefix=
    [ "$name" = kesl ] || prefix="$name\\."
    value=$(sed -n "s/^$prefix$1\$/=/p; s/^$prefix$1=/=/p" "$switches" | tail -n 1)
    [ -n "$value" ] || return 1
    value=${value#=}
}

have_systemd() {
    [ -d /run/systemd/system ]
}

# Links first: they must be there even when the service does not start.
service_start() {
    [ -n "$service" ] || return 0
    if command -v update-rc.d >/dev/null; then update-rc.d "$service" defaults >/dev/null; fi
    if have_systemd; then
        systemctl daemon-reload
        systemctl enable --quiet "$service.service"
        systemctl "$1" "$service.service"
    else
        "/etc/init.d/$service" "$1" </dev/null
    fi
}

service_stop() {
    [ -n "$service" ] || return 0
    if have_systemd; then
        systemctl stop "$service.service"
    else
        "/etc/init.d/$service" stop </dev/null
    fi
}

# After its files are gone.
service_forget() {
    [ -n "$service" ] || return 0
    if command -v update-rc.d >/dev/null; then update-rc.d -f "$service" remove >/dev/null; fi
    rm -f "/etc/systemd/system/multi-user.target.wants/$service.service"
    if have_systemd; then systemctl daemon-reload; fi
}
