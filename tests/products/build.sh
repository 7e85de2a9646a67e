#!/bin/bash
# build.sh PACKAGE OUT: builds the stand-in package of packages/PACKAGE as .deb and .rpm into the folder OUT.
# Same sources, same bytes: times, owners and build host are fixed.
# shellcheck disable=SC1090,SC2016,SC2034  # meta files are found at run time, the scripts' variables are theirs
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
packages=$here/packages
package=$1 out=$(cd "$2" && pwd)
: "${CC:=gcc}" "${CFLAGS:=-std=gnu11 -D_GNU_SOURCE -Wall -Wextra -Werror}"
export SOURCE_DATE_EPOCH=1727481600 LC_ALL=C
umask 022

name='' version='' release='' summary='' title='' root='' service='' daemon='' pid_file='' groups='' state_dirs=''
state_roots='' state_file='' conffiles='' programs='' links='' depends='' provides='' broken='' formats='deb rpm'
tree=$package
. "$packages/$package/meta"
full_version=$version${release:+-$release}
depends_name=${depends% *} depends_version=${depends#* }

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
stage=$work/stage
mkdir "$stage"

compile() { # PROGRAM FILE: one static program, so that it runs in any root
    local shared=() file
    for file in daemon fwmarks guard keyval; do shared+=("$here/src/$file.c"); done
    mkdir -p "$(dirname "$2")"
    # shellcheck disable=SC2086  # CFLAGS is a list
    $CC $CFLAGS -O2 -ffunction-sections -Wl,--gc-sections -static -s -I "$here/../.." \
        -DSTANDIN_VERSION="\"$full_version\"" -DSTANDIN_APP_VERSION="\"$version.$release\"" \
        -o "$2" "$here/src/$1.c" "${shared[@]}"
}

fill() { # TEMPLATE: its text with the values of the meta file
    sed "s|@service@|$service|; s|@title@|$title|; s|@daemon@|$daemon|; s|@pid_file@|$pid_file|" "$here/scripts/$1"
}

stage_files() {
    local pair
    if [ -d "$packages/$tree/tree" ]; then cp -r "$packages/$tree/tree/." "$stage"; fi
    for pair in $programs; do compile "${pair%%:*}" "$stage$root/${pair#*:}"; done
    for pair in $links; do
        mkdir -p "$stage$(dirname "${pair%%:*}")"
        ln -s "${pair#*:}" "$stage${pair%%:*}"
    done
    if [ -n "$service" ]; then
        mkdir -p "$stage/etc/init.d" "$stage/usr/lib/systemd/system"
        fill init.in >"$stage/etc/init.d/$service"
        fill unit.in >"$stage/usr/lib/systemd/system/$service.service"
        chmod 755 "$stage/etc/init.d/$service"
    fi
}

script() { # NAME: one maintainer script without its first lines, see scripts/lib.sh
    local variable
    for variable in name root service daemon groups state_dirs state_roots state_file broken; do
        printf "%s='%s'\n" "$variable" "${!variable}"
    done
    cat "$here/scripts/lib.sh" "$here/scripts/$1.sh"
}

# What dpkg calls its scripts with, in the words of scripts/lib.sh.
deb_words() {
    case $1 in
    postinst) echo 'case "$1" in configure) set -- install ;; abort-*) set -- abort ;; esac' ;;
    prerm) echo 'case "$1" in remove) ;; *) set -- upgrade ;; esac' ;;
    postrm) echo 'case "$1" in remove | purge) ;; *) set -- upgrade ;; esac' ;;
    esac
}

# rpm gives the number of versions that will be there afterwards.
rpm_words() {
    case $1 in
    postinst) echo 'set -- install' ;;
    *) echo 'if [ "$1" = 0 ]; then set -- remove; else set -- upgrade; fi' ;;
    esac
}

build_deb() {
    local control=$stage/DEBIAN each
    mkdir "$control"
    {
        printf 'Package: %s\nVersion: %s\nArchitecture: amd64\n' "$name" "$full_version"
        printf 'Maintainer: avswap stand-ins <root@localhost>\nSection: misc\nPriority: optional\n'
        if [ -n "$depends" ]; then printf 'Depends: %s (>= %s)\n' "$depends_name" "$depends_version"; fi
        printf 'Installed-Size: %s\n' "$(du -sk --apparent-size "$stage" | cut -f 1)"
        printf 'Description: %s\n Made for tests of avswap. Contains nothing of any antivirus vendor.\n' "$summary"
    } >"$control/control"
    for each in $conffiles; do echo "$each" >>"$control/conffiles"; done
    for each in postinst prerm postrm; do
        { printf '#!/bin/sh\nset -e\n'; deb_words $each; script $each; } >"$control/$each"
        chmod 755 "$control/$each"
    done
    (cd "$stage" && find . -path ./DEBIAN -prune -o -type f -printf '%P\n' | sort | xargs -r -d '\n' md5sum) >"$control/md5sums"
    find "$stage" -exec touch -h -d "@$SOURCE_DATE_EPOCH" {} +
    dpkg-deb --root-owner-group -Zgzip --build "$stage" "$out/${name}_${full_version}_amd64.deb" >/dev/null
    rm -r "$control"
}

rpm_files() {
    local each
    for each in $conffiles; do echo "%config(noreplace) $each"; done
    (cd "$stage" && find . \( -path './opt/*' -o -path './etc/opt/*' \) -type d -printf '%%dir /%P\n' | sort)
    (cd "$stage" && find . ! -type d -printf '/%P\n' | sort) | grep -vxF "${conffiles:-none}" || true
}

rpm_spec() {
    local each
    printf 'Name: %s\nVersion: %s\nRelease: %s\nSummary: %s\n' "$name" "$version" "${release:-1}" "$summary"
    printf 'License: none\nVendor: avswap stand-ins\nAutoReqProv: no\n'
    if [ -n "$depends" ]; then printf 'Requires: %s >= %s\n' "$depends_name" "$depends_version"; fi
    if [ -n "$provides" ]; then printf 'Provides: %s\n' "$provides"; fi
    printf '%%description\n%s. Made for tests of avswap. Contains nothing of any antivirus vendor.\n' "$summary"
    printf '%%install\ncp -a %s/. %%{buildroot}\n' "$stage"
    if [ -n "$root" ]; then
        for each in post:postinst preun:prerm postun:postrm; do
            printf '%%%s\nset -e\n' "${each%:*}"
            { rpm_words "${each#*:}"; script "${each#*:}"; } | sed 's/%/%%/g'
        done
    fi
    printf '%%files\n%%defattr(-,root,root)\n'
    rpm_files
}

build_rpm() {
    rpm_spec >"$work/package.spec"
    find "$stage" -exec touch -h -d "@$SOURCE_DATE_EPOCH" {} +
    rpmbuild -bb --quiet --target x86_64 --define "_topdir $work/rpm" --define "_dbpath $work/db" \
        --define "_rpmdir $out" --define '_build_name_fmt %%{NAME}-%%{VERSION}-%%{RELEASE}.%%{ARCH}.rpm' \
        --define '__os_install_post %{nil}' --define 'debug_package %{nil}' --define '_build_id_links none' \
        --define '_binary_payload w6.gzdio' --define '_buildhost stand-in' \
        --define 'use_source_date_epoch_as_buildtime 1' --define 'clamp_mtime_to_source_date_epoch 1' \
        "$work/package.spec" >"$work/rpm.log" 2>&1 || { cat "$work/rpm.log" >&2; return 1; }
}

stage_files
for format in $formats; do "build_$format"; done
