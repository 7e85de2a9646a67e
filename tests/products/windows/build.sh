#!/bin/bash
# build.sh PRODUCT OUT: builds the Windows stand-in of products/PRODUCT.meta into the folder OUT: PRODUCT.msi, PRODUCT-setup.exe.
# Before them what they share: build.sh keys OUT: a root certificate and a signer; build.sh common OUT: the code, and the programs
# that belong to no product.
# shellcheck disable=SC1090,SC2034  # meta files are found at run time
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$here/../../..
export LC_ALL=C.UTF-8
: "${MINGW_CC:=x86_64-w64-mingw32-gcc-win32}" "${MINGW_WINDRES:=x86_64-w64-mingw32-windres}"
warnings=(-Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wformat=2 -Wundef -Wpointer-arith -Wcast-qual
    -Wwrite-strings -Wvla -Werror)
product=$1
mkdir -p "$2"
out=$(cd "$2" && pwd)

for tool in "$MINGW_CC:gcc-mingw-w64-x86-64-win32" wixl:wixl msibuild:msitools openssl:openssl osslsigncode:osslsigncode; do
    command -v "${tool%:*}" >/dev/null || { echo "build.sh: ${tool%:*} is missing: apt-get install ${tool#*:}" >&2; exit 1; }
done

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

bytes() { # NAME: standard input as a C array
    echo "static const unsigned char $1[] = {"
    od -An -v -tx1 | sed 's/ \(..\)/0x\1,/g'
    echo '};'
}

# The root certificate that the product adds to a PC, as its real one does; and a small certificate authority with one signer.
keys() {
    local k=$out/keys
    mkdir -p "$k"
    openssl req -x509 -newkey rsa:2048 -nodes -keyout "$work/key" -out "$work/root.pem" -days 3650 -sha256 \
        -subj '/O=AO Kaspersky Lab/CN=Kaspersky Endpoint Security Personal Root Certificate (stand-in)' 2>/dev/null
    openssl x509 -in "$work/root.pem" -outform DER | bytes certificate >"$k/certificate.h"
    openssl req -x509 -newkey rsa:2048 -nodes -keyout "$k/ca.key" -out "$k/ca.pem" -days 3650 -sha256 -subj '/CN=Stand-in CA' 2>/dev/null
    openssl x509 -in "$k/ca.pem" -outform DER -out "$k/ca.cer"
    openssl req -newkey rsa:2048 -nodes -keyout "$k/signer.key" -out "$work/signer.csr" -subj '/O=avswap stand-ins/CN=avswap stand-ins' 2>/dev/null
    printf 'extendedKeyUsage=codeSigning\nkeyUsage=digitalSignature\n' >"$work/extensions"
    openssl x509 -req -in "$work/signer.csr" -CA "$k/ca.pem" -CAkey "$k/ca.key" -set_serial 2 -days 3650 -sha256 \
        -extfile "$work/extensions" -out "$k/signer.pem" 2>/dev/null
}

sign() { # FILE
    osslsigncode sign -certs "$out/keys/signer.pem" -key "$out/keys/signer.key" -h sha256 -in "$1" -out "$1.signed" >"$work/sign.log" 2>&1 ||
        { cat "$work/sign.log" >&2; return 1; }
    mv "$1.signed" "$1"
}

compile() { # OUTPUT [FLAGS] SOURCES...
    "$MINGW_CC" -std=gnu11 -O2 -s -static -DWIN32_LEAN_AND_MEAN -D_WIN32_WINNT=0x0A00 -D__USE_MINGW_ANSI_STDIO=1 "${warnings[@]}" \
        -I"$root" -I"$out/keys" -I"$out/objects" -o "$@"
}

common() {
    local each
    mkdir -p "$out/objects"
    "$MINGW_CC" -std=gnu11 -O2 -s -shared -nostdlib -nostartfiles -Wall -Wextra -Werror -Wl,--subsystem,native -Wl,-e,DriverEntry \
        -o "$work/driver.sys" "$here/src/driver.c" -lntoskrnl
    bytes driver <"$work/driver.sys" >"$out/objects/driver.h"
    for each in places service stay switches main setup action; do compile "$out/objects/$each.o" -c "$here/src/$each.c"; done
    compile "$out/objects/keyval.o" -c "$here/../src/keyval.c"
    compile "$out/msiexec.exe" "$here/src/msiexec.c"
    compile "$out/code.exe" "$root/tests/windows/code.c" -lcrypt32
}

quoted() { sed 's/[\\"]/\\&/g; s/.*/"&"/' <<<"$1"; }

defines() {
    printf '#define STANDIN_%s %s\n' NAME "$(quoted "$name")" TITLE "$(quoted "$title")" MAKER "$(quoted "$maker")" VERSION "$(quoted "$version")" \
        CODE "$(quoted "$code")" SERVICE "$(quoted "$service")" SERVICE_TITLE "$(quoted "$service_title")" FOLDER "$(quoted "$path")" PROGRAM "$(quoted "$program")" VIEW "$view"
}

resource() { # what a look at the file's properties shows
    printf '1 VERSIONINFO FILEVERSION %s PRODUCTVERSION %s\nBEGIN BLOCK "StringFileInfo" BEGIN BLOCK "040904B0" BEGIN
VALUE "CompanyName", "avswap stand-ins" VALUE "FileDescription", "A stand-in for tests of avswap" VALUE "FileVersion", "%s"
END END BLOCK "VarFileInfo" BEGIN VALUE "Translation", 0x409, 1200 END END\n' "${version//./,}" "${version//./,}" "$version" >"$work/r.rc"
    "$MINGW_WINDRES" "$work/r.rc" "$work/r.o"
}

query() { msibuild "$msi" -q "$@"; }

# Strings beyond ASCII: wixl drops them, so they come in afterwards, into a database that has been told its code page.
rename() {
    printf '\r\n\r\n65001\t_ForceCodepage\r\n' >"$work/_ForceCodepage.idt"
    msibuild "$msi" -i "$work/_ForceCodepage.idt"
    query "UPDATE \`Property\` SET \`Value\`='$title' WHERE \`Property\`='ProductName'" \
        "UPDATE \`Property\` SET \`Value\`='$maker' WHERE \`Property\`='Manufacturer'"
}

action() { # NAME CONDITION SEQUENCE [DEFERRED]
    query "INSERT INTO \`CustomAction\` (\`Action\`,\`Type\`,\`Source\`,\`Target\`) VALUES ('$1',$((1 + ${4:-0})),'Standin','$1')" \
        "INSERT INTO \`InstallExecuteSequence\` (\`Action\`,\`Condition\`,\`Sequence\`) VALUES ('$1','$2',$3)"
}

build_msi() {
    msi=$work/$product.msi
    # wixl wants the source as a relative path.
    (cd "$work" && wixl -a "$arch" -o "$msi" -D "code=$code" -D "title=ascii" -D "maker=ascii" -D "version=$version" -D "upgrade=$upgrade" \
        -D "component=$component" -D "parent=$parent" -D "folder=$folder" -D "program=$program" -D "service=$service" \
        -D "service_title=$service_title" -D "programs=$programs" -D "win64=$win64" "$here/product.wxs")
    mkdir -p "$work/Binary"
    cp "$work/action.dll" "$work/Binary/Standin.ibd"
    printf 'Name\tData\r\ns72\tv0\r\nBinary\tName\r\nStandin\tStandin.ibd\r\n' >"$work/Binary.idt"
    (cd "$work" && msibuild "$msi" -i Binary.idt)
    rename
    action before_install 'NOT Installed' 1498
    action before_removal 'REMOVE~="ALL"' 1499
    action install 'NOT Installed' 6500 1024
    action removal 'REMOVE~="ALL"' 6510 1024
    query "INSERT INTO \`InstallExecuteSequence\` (\`Action\`,\`Condition\`,\`Sequence\`) VALUES ('ScheduleReboot','STANDIN_REBOOT',6550)" \
        "INSERT INTO \`CustomAction\` (\`Action\`,\`Type\`,\`Source\`,\`Target\`) VALUES ('Location',51,'ARPINSTALLLOCATION','[INSTALLDIR]')" \
        "INSERT INTO \`InstallExecuteSequence\` (\`Action\`,\`Condition\`,\`Sequence\`) VALUES ('Location','NOT Installed',1010)" \
        "INSERT INTO \`Property\` (\`Property\`,\`Value\`) VALUES ('SecureCustomProperties','EULA;PRIVACYPOLICY;KLLOGIN;KLPASSWD;KLUNINSTPASSWD')"
    [ -z "$signed" ] || sign "$msi"
    mv "$msi" "$out/$product.msi"
}

build_exe() {
    [ -z "$signed" ] || sign "$work/program.exe"
    cp "$work/program.exe" "$out/$product-setup.exe"
}

build() {
    local name=$product source each kind='' arch='' title='' maker='' version='' code='' upgrade='' component='' parent='' folder='' program=''
    local service='' service_title='' signed='' path view win64 programs shared=()
    . "$here/products/$product.meta"
    if [ "$arch" = x86 ]; then
        path="C:\\Program Files (x86)" view=32 win64=no programs=ProgramFilesFolder
    else
        path="C:\\Program Files" view=64 win64=yes programs=ProgramFiles64Folder
    fi
    path+="\\$parent\\$folder"
    defines >"$work/product.h"
    resource
    compile "$work/product.o" -include "$work/product.h" -c "$here/products/$name.c"
    for each in places service stay switches keyval; do shared+=("$out/objects/$each.o"); done
    shared+=("$work/product.o" "$work/r.o")
    compile "$work/program.exe" "$out/objects/main.o" "$out/objects/setup.o" "${shared[@]}" -lcrypt32
    compile "$work/action.dll" -shared "$out/objects/action.o" "${shared[@]}" -lcrypt32 -lmsi
    for each in $kind; do "build_$each"; done
}

case $product in
keys | common) "$product" ;;
*) build ;;
esac
