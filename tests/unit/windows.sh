#!/bin/bash
# windows.sh FOLDER PROGRAM.exe...: runs test programs of FOLDER on a Wine PC of their own, with the files of the repository that
# they read at C:/. Ends with "unit-windows: N passed, N failed".
set -eu
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
folder=$1
shift
export BUILD=build PC_OWNER=$$ PC_ID=unit$$
pc=tests/windows/pc
trap '$pc down' EXIT
$pc up unit
for f in tests/unit/catalog tests/unit/windows vendors playbooks; do $pc put unit $f "C:/$f"; done
ln -s / "$($pc path unit C:/)/../dosdevices/z:" # one test asks the machine below for a link
$pc put unit "$folder" C:/unit
SUITE=unit-windows WITH="$pc run unit" tests/unit/run.sh "${@/#/C:/unit/}"
