/* Which column is what: headers of common exports and of Windows' own lists in several languages. */
#include "core/detect/inventory_impl.h"

#include "core/base/limits.h"

#include <string.h>

const char *const inventory_field_names[] = {"name", "publisher", "version", "code", "host", "os", NULL};

/* Letters and digits only, without case; the better name has the lower rank. Sources: the exports of GLPI, OCS Inventory,
 * Intune (discovered apps), PDQ Inventory, NinjaOne, Lansweeper, Configuration Manager, osquery, PowerShell, wmic,
 * winget and its translations. */
static const struct {
    const char *words; /* separated by blanks */
    enum inventory_field field;
    int rank;
} headers[] = {
    {"displayname arpdisplayname softwarename applicationname productname programname appname packagename softwaretitle "
     "normalizedname названиепрограммы nomdulogiciel nombredelsoftware anzeigename", COLUMN_NAME, 1},
    {"software application program title package app logiciel programm anwendung programa programma программа приложение "
     "программноеобеспечение aplikacja aplicación aplicativo 软件名称 プログラム", COLUMN_NAME, 2},
    {"name caption nom nombre nome nazwa имя название наименование bezeichnung naam navn namn název názov név nume ad adı "
     "名前 名称 名稱 이름 الاسم", COLUMN_NAME, 3},
    {"product produkt produit producto продукт", COLUMN_NAME, 4},
    {"publisher softwarepublisher applicationpublisher publishername normalizedpublisher vendor vendorname manufacturer "
     "softwaremanufacturer manufacturername softwarevendor maintainer packager", COLUMN_PUBLISHER, 1},
    {"company companyname developer author éditeur editeur fabricant hersteller herausgeber fabricante editor produttore "
     "autore wydawca producent издатель производитель поставщик разработчик uitgever yayıncı utgivare výrobce vydavatel "
     "kiadó 发布者 發行者 発行元 게시자", COLUMN_PUBLISHER, 2},
    {"displayversion versionsname softwareversion applicationversion productversion appversion packageversion", COLUMN_VERSION, 1},
    {"version versionnumber versions versión versão versione wersja версия versie sürüm verze verzió verzia versiune 版本 "
     "バージョン 버전", COLUMN_VERSION, 2},
    {"productcode msiproductcode identifyingnumber prodid guid", COLUMN_CODE, 1},
    {"uninstallkey registrykey keyname subkey uninstallstring id ид", COLUMN_CODE, 2},
    {"computername hostname devicename machinename pcname assetname systemname netbiosname pscomputername resourcename "
     "computersname clientname endpointname servername rechnername gerätename имякомпьютера nomdelordinateur nombredelequipo "
     "nomedocomputador nazwakomputera コンピューター名 计算机名", COLUMN_HOST, 1},
    {"computer computers host device machine workstation asset node client endpoint server компьютер устройство ordinateur "
     "poste rechner gerät equipo dispositivo ordenador computador komputer urządzenie bilgisayar fqdn dnsname", COLUMN_HOST, 2},
    {"os osname versionsoperatingsystem operatingsystem operatingsystemname osfamily ostype операционнаясистема betriebssystem sistemaoperativo "
     "systèmedexploitation", COLUMN_OS, 1},
    {"platform platformname osplatform система", COLUMN_OS, 2},
};

/* A header as the table has it. SCCM's views end in "0". */
static void reduce(const char *s, char *ret, size_t size)
{
    size_t used = 0, left = strlen(s);

    while (left) {
        unsigned cp;
        size_t n = text_decode(s, left, &cp);

        if (!n || used + 5 > size)
            break;
        cp = text_fold(cp);
        if (cp >= 0x80 ? cp != 0xA0 && cp != 0xFEFF && cp != 0x2019 : (cp >= 'a' && cp <= 'z') || (cp >= '0' && cp <= '9'))
            used += charset_utf8(cp, ret + used);
        s += n;
        left -= n;
    }
    if (used > 3 && ret[used - 1] == '0')
        used--;
    ret[used] = '\0';
}

static bool listed(const char *words, const char *word)
{
    size_t n = strlen(word);

    for (const char *p = words; n && (p = strstr(p, word)); p += n)
        if ((p == words || p[-1] == ' ') && (p[n] == ' ' || !p[n]))
            return true;
    return false;
}

bool inventory_header(const struct inventory *v, const char *header, int *ret_field, int *ret_rank)
{
    char word[256];

    for (int f = 0; f < COLUMN_COUNT; f++)
        if (v->o.header[f] && text_eq_fold(v->o.header[f], header)) {
            *ret_field = f;
            *ret_rank = 0;
            return true;
        }
    reduce(header, word, sizeof word);
    for (size_t i = 0; i < sizeof headers / sizeof headers[0]; i++)
        if (listed(headers[i].words, word)) {
            *ret_field = (int)headers[i].field;
            *ret_rank = headers[i].rank;
            return !v->o.header[headers[i].field];
        }
    return false;
}

bool inventory_columns(struct inventory *v, const char *const *titles, size_t n)
{
    int rank[COLUMN_COUNT], second = -1;

    for (size_t i = 0; i < COLUMN_COUNT; i++) {
        v->column[i] = -1;
        rank[i] = 99;
    }
    for (size_t i = 0; i < n; i++) {
        int field, r;

        if (!inventory_header(v, titles[i], &field, &r))
            continue;
        if (field == COLUMN_NAME && r == 3)
            second = (int)i;
        if (r < rank[field]) {
            rank[field] = r;
            v->column[field] = (int)i;
        }
    }
    /* "Name; Software; Version": the first is the PC's. */
    if (v->column[COLUMN_HOST] < 0 && rank[COLUMN_NAME] < 3 && second >= 0 && !v->o.header[COLUMN_HOST])
        v->column[COLUMN_HOST] = second;
    return v->column[COLUMN_NAME] >= 0;
}
