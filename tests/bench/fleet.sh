#!/bin/bash
# fleet.sh: facts to plans for a whole fleet, against only parsing the same facts with jansson, and the assignment against a
# greedy one. FLEET: how many PCs (default 100000; measured at a tenth of them as well). Lines as in bench.sh.
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"
pcs=${FLEET:-100000}
tmp=$(mktemp -d "$out/fleet.XXXXXX")
trap 'rm -rf "$tmp"' EXIT

# At least 25 replacements for each system: those of the catalogue, and stand-ins that are copies of two of them. The six licences that are
# preferred have too few seats for all.
mkdir "$tmp/catalog" "$tmp/catalog/vendors"
cp -r playbooks "$tmp/catalog/" && cp -r vendors/* "$tmp/catalog/vendors/"
mkdir "$tmp/catalog/vendors/standin"
python3 - "$tmp/catalog/vendors" "$pcs" >"$tmp/policy.json" <<'PY'
import glob, json, sys
top = sys.argv[1]
docs = [json.load(open(f)) for f in glob.glob(top + '/*/*.json')]
gone = {d['vendor'] for d in docs if d['schema'] == 'avswap.timeline/1'}
json.dump({'schema': 'avswap.vendor/1', 'id': 'standin', 'name': 'Stand-in', 'country': 'NO', 'source': 'a stand-in',
           'confidence': 'unverified'}, open(top + '/standin/vendor.json', 'w'))
names = {}
for system, copied in (('linux', 'clamav.clamav.linux'), ('windows', 'sophos.endpoint.windows')):
    one = next(d for d in docs if d.get('id') == copied)
    have = sum(d.get('role') == 'protection' and d.get('os') == system and d['vendor'] not in gone and
               not d.get('moved_by_vendor') for d in docs)
    names[system] = ['standin.av%02d.%s' % (i, system) for i in range(25 - have)]
    for i, name in enumerate(names[system]):
        copy = dict(one, id=name, name='Stand-in %02d' % i, vendor='standin')
        copy.pop('detect'), copy.pop('alternatives_of', None)
        copy['detect'] = {'installed': {'probe': 'package' if system == 'linux' else 'uninstall', 'name': 'standin-%02d' % i},
                          'source': 'a stand-in', 'confidence': 'unverified'}
        json.dump(copy, open('%s/standin/av%02d-%s.json' % (top, i, system), 'w'))
wanted = ['sophos.endpoint.windows', 'malwarebytes.threatdown.windows', 'cisco.secure-endpoint.windows', 'paloalto.cortex.windows',
          'trendmicro.apexone.windows', 'gen.avast-business.windows']
needed = {v['name']: '/srv/' + v['name'] for d in docs if d.get('id') in wanted for v in d['vars'] if v.get('required')}
seats = [{'licence': 's%d' % i, 'products': [names['linux'][i], wanted[i]], 'seats': n, 'cost': 9 + i}
         for i, n in enumerate(int(sys.argv[2]) * k // 100 for k in (20, 18, 16, 14, 12, 25))]
json.dump({'schema': 'avswap.policy/1', 'allow_unverified': True, 'extra_product_cost': 50, 'rank_cost': 50,
           'prefer': [p for s in seats for p in s['products']], 'vars': dict(needed, mdatp_onboarding='/srv/onboard.json'), 'seats': seats},
          sys.stdout)
PY
facts=(tests/cases/facts/{kesl,late-database,win-kes-agent,kesl,half,win-kes-server,win-kes-ru,kesl,win-kess}.json)

# meter NAME PCS COMMAND...: its CPU seconds and peak KiB into $cpu and $peak.
meter() {
    local name=$1 n=$2
    shift 2
    "$out/fleet_facts" "$n" 7 "${facts[@]}" | "$out/meter" "$tmp/figures" "$@" >"$tmp/$name.out" 2>"$tmp/$name.err" ||
        { tail -n 5 "$tmp/$name.err" >&2; die "$name could not be measured"; }
    read -r cpu _ peak status <"$tmp/figures"
    # 9: for some PCs no plan is possible. That is an answer, too.
    [ "$status" = 0 ] || [ "$status" = 9 ] || { tail -n 5 "$tmp/$name.err" >&2; die "$name ended with status $status"; }
}

fleet() { # PCS
    meter plan "$1" "$BUILD/avswap-fleet" plan --facts - --catalog "$tmp/catalog" --policy "$tmp/policy.json" \
        --now 2026-11-22T10:00:00Z --bundle "$tmp/plans.jsonl"
    ours=$cpu peak_ours=$peak plans=$(wc -l <"$tmp/plans.jsonl")
    # What counts is what can be run: some of the plans are read again, strictly and with their digests.
    sed -n "1p;$((plans / 3))p;$((plans / 2))p;${plans}p" "$tmp/plans.jsonl" | while read -r plan; do
        printf '%s\n' "$plan" >"$tmp/one.json" && "$BUILD/avswap" lint "$tmp/one.json" >"$tmp/lint" || { cat "$tmp/lint" >&2; exit 1; }
    done || die 'a plan is not one'
    rm -f "$tmp/plans.jsonl"
    meter parse "$1" "$out/fleet_parse"
}

tenth=$((pcs / 10))
fleet "$tenth"
peak_tenth=$peak_ours
fleet "$pcs"
head -n 12 "$tmp/plan.out" >&2
echo "fleet: $pcs PCs, $plans plans" >&2
line "plan-$pcs-pcs-cpu-vs-jansson-parse" "$ours" "$cpu" 1.5 s 1
# A small record each: what the peak grows by, for each PC more, against 512 bytes.
line "plan-memory-for-each-pc-vs-512-bytes" "$(((peak_ours - peak_tenth) * 1024 / (pcs - tenth) + 1))" 512 1 B 1
line "plan-$pcs-pcs-peak-vs-a-tenth" "$peak_ours" "$peak_tenth" 10 MiB 1024
"$out/fleet_assign" "$pcs" >"$tmp/assign" || die 'the assignment could not be measured'
{ read -r cost greedy && read -r ms greedy_ms; } <"$tmp/assign"
line "assignment-cost-vs-greedy" "$cost" "$greedy" 1 cost 1
line "assignment-time-vs-greedy" "$ms" "$greedy_ms" 100000 ms 1
