#!/bin/sh
# sources.sh DIR PACKAGE...: Debian's source packages, unpacked as DIR/PACKAGE, whatever their version is; the versions stand in
# DIR/VERSIONS afterwards.
#
# No version is asked for, as security updates take old ones away. The machine's own configuration of apt is read, not changed:
# copies of Debian's entries, for sources, live below DIR. Other archives' entries are left out.
set -eu
dir=$1
shift
mkdir -p "$dir/apt/parts" "$dir/apt/lists/partial" "$dir/apt/archives/partial"
dir=$(cd "$dir" && pwd)
# shellcheck disable=SC1091
code=$(. /etc/os-release && echo "$VERSION_CODENAME")

rm -f "$dir"/apt/parts/*
for f in /etc/apt/sources.list /etc/apt/sources.list.d/*; do
    [ -f "$f" ] || continue
    case $f in
    *.sources)
        awk -v code="$code" 'BEGIN { RS = ""; ORS = "\n\n" }
            $0 ~ "Suites:[^\n]* ?" code "(-updates|-security)?( |\n|$)" { sub(/Types:[^\n]*/, "Types: deb-src"); print }' \
            "$f" >"$dir/apt/parts/$(basename "$f")"
        ;;
    *.list)
        sed -nE "s/^deb(-src)? +((\[[^]]*\] +)?[^ ]+ +$code(-updates|-security)? )/deb-src \2/p" "$f" | sort -u \
            >"$dir/apt/parts/$(basename "$f")"
        ;;
    esac
done
cat >"$dir/apt/apt.conf" <<END
Dir::Etc::SourceList "/dev/null";
Dir::Etc::SourceParts "$dir/apt/parts";
Dir::State::Lists "$dir/apt/lists";
Dir::Cache "$dir/apt";
APT::Sandbox::User "";
END
APT_CONFIG=$dir/apt/apt.conf
export APT_CONFIG

apt-get -qq update
cd "$dir"
: >VERSIONS.new
for package; do
    rm -rf "./$package" "./$package"[-_]*
    apt-get -qq source "$package" >"$package.log" 2>&1 || { cat "$package.log" >&2; exit 1; }
    mv "$package"-*/ "$package"
    sed -n 's/^Version: *//p' "$package"_*.dsc | head -n 1 | sed "s/^/$package /" >>VERSIONS.new
    rm -f "$package.log" "$package"_*
done
mv VERSIONS.new VERSIONS
