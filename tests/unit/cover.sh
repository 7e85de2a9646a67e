#!/bin/sh
# cover.sh OBJECTS LEAST FOLDER...: line coverage of the sources in each FOLDER, by gcov, from the counts that the test
# runs left beside the OBJECTS. Fails when a folder has less than LEAST percent, or no source that could be counted.
set -u
objects=$1
least=$2
shift 2
status=0
for folder; do
    find "$objects/$folder" -name '*.gcno' 2>/dev/null | sort | while read -r notes; do
        # Several programs may share one object; gcov knows the sum. -n: no files of its own.
        gcov -n -o "$(dirname "$notes")" "$notes" 2>/dev/null
    done | awk -v folder="$folder/" -v least="$least" '
        /^File / { file = substr($0, 7, length($0) - 7); next }
        /^Lines executed:/ && index(file, folder) == 1 && file ~ /\.c$/ {
            split($0, part, /[:% ]+/)
            lines = $NF
            hit = part[3] * lines / 100
            printf "  %6.1f%%  %5d  %s\n", part[3], lines, file
            total += lines
            done += hit
            file = ""
        }
        END {
            if (!total) {
                print "cover: " folder " nothing was counted"
                exit 1
            }
            percent = 100 * done / total
            printf "cover: %s %.1f%% of %d lines\n", substr(folder, 1, length(folder) - 1), percent, total
            exit percent < least
        }' || status=1
done
[ "$status" -eq 0 ] || echo "cover: less than $least percent"
exit "$status"
