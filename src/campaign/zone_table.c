/* Written by deploy/zones from the tz database 2026f (IANA, public domain): every zone with its minutes east of UTC at the beginning of
 * 2025, and how the clocks of those that change turn until the end of 2037. In the order of their bytes. */
#include "zone.h"

/* clang-format off */
#define STAYS(name, minutes) {name, {NULL, 0, minutes}}
#define TURNS(name, minutes, turns) {name, {turns, sizeof turns / sizeof turns[0], minutes}}

/* Africa/Cairo */
static const struct zone_turn turns_0[] = {
    {1745532000000, 180}, {1761858000000, 120}, {1776981600000, 180}, {1793307600000, 120}, {1809036000000, 180}, {1824757200000, 120},
    {1840485600000, 180}, {1856206800000, 120}, {1871935200000, 180}, {1887656400000, 120}, {1903384800000, 180}, {1919710800000, 120},
    {1934834400000, 180}, {1951160400000, 120}, {1966888800000, 180}, {1982610000000, 120}, {1998338400000, 180}, {2014059600000, 120},
    {2029788000000, 180}, {2045509200000, 120}, {2061237600000, 180}, {2076958800000, 120}, {2092687200000, 180}, {2109013200000, 120},
    {2124136800000, 180}, {2140462800000, 120},
};

/* Africa/Casablanca */
static const struct zone_turn turns_1[] = {
    {1740276000000, 0}, {1743904800000, 60}, {1771120800000, 0}, {1774144800000, 60}, {1789866000000, 0},
};

/* Africa/Ceuta */
static const struct zone_turn turns_2[] = {
    {1743296400000, 120}, {1761440400000, 60}, {1774746000000, 120}, {1792890000000, 60}, {1806195600000, 120}, {1824944400000, 60},
    {1837645200000, 120}, {1856394000000, 60}, {1869094800000, 120}, {1887843600000, 60}, {1901149200000, 120}, {1919293200000, 60},
    {1932598800000, 120}, {1950742800000, 60}, {1964048400000, 120}, {1982797200000, 60}, {1995498000000, 120}, {2014246800000, 60},
    {2026947600000, 120}, {2045696400000, 60}, {2058397200000, 120}, {2077146000000, 60}, {2090451600000, 120}, {2108595600000, 60},
    {2121901200000, 120}, {2140045200000, 60},
};

/* America/Adak */
static const struct zone_turn turns_3[] = {
    {1741521600000, -540}, {1762081200000, -600}, {1772971200000, -540}, {1793530800000, -600}, {1805025600000, -540},
    {1825585200000, -600}, {1836475200000, -540}, {1857034800000, -600}, {1867924800000, -540}, {1888484400000, -600},
    {1899374400000, -540}, {1919934000000, -600}, {1930824000000, -540}, {1951383600000, -600}, {1962878400000, -540},
    {1983438000000, -600}, {1994328000000, -540}, {2014887600000, -600}, {2025777600000, -540}, {2046337200000, -600},
    {2057227200000, -540}, {2077786800000, -600}, {2088676800000, -540}, {2109236400000, -600}, {2120126400000, -540},
    {2140686000000, -600},
};

/* America/Anchorage */
static const struct zone_turn turns_4[] = {
    {1741518000000, -480}, {1762077600000, -540}, {1772967600000, -480}, {1793527200000, -540}, {1805022000000, -480},
    {1825581600000, -540}, {1836471600000, -480}, {1857031200000, -540}, {1867921200000, -480}, {1888480800000, -540},
    {1899370800000, -480}, {1919930400000, -540}, {1930820400000, -480}, {1951380000000, -540}, {1962874800000, -480},
    {1983434400000, -540}, {1994324400000, -480}, {2014884000000, -540}, {2025774000000, -480}, {2046333600000, -540},
    {2057223600000, -480}, {2077783200000, -540}, {2088673200000, -480}, {2109232800000, -540}, {2120122800000, -480},
    {2140682400000, -540},
};

/* America/Boise */
static const struct zone_turn turns_5[] = {
    {1741510800000, -360}, {1762070400000, -420}, {1772960400000, -360}, {1793520000000, -420}, {1805014800000, -360},
    {1825574400000, -420}, {1836464400000, -360}, {1857024000000, -420}, {1867914000000, -360}, {1888473600000, -420},
    {1899363600000, -360}, {1919923200000, -420}, {1930813200000, -360}, {1951372800000, -420}, {1962867600000, -360},
    {1983427200000, -420}, {1994317200000, -360}, {2014876800000, -420}, {2025766800000, -360}, {2046326400000, -420},
    {2057216400000, -360}, {2077776000000, -420}, {2088666000000, -360}, {2109225600000, -420}, {2120115600000, -360},
    {2140675200000, -420},
};

/* America/Chicago */
static const struct zone_turn turns_6[] = {
    {1741507200000, -300}, {1762066800000, -360}, {1772956800000, -300}, {1793516400000, -360}, {1805011200000, -300},
    {1825570800000, -360}, {1836460800000, -300}, {1857020400000, -360}, {1867910400000, -300}, {1888470000000, -360},
    {1899360000000, -300}, {1919919600000, -360}, {1930809600000, -300}, {1951369200000, -360}, {1962864000000, -300},
    {1983423600000, -360}, {1994313600000, -300}, {2014873200000, -360}, {2025763200000, -300}, {2046322800000, -360},
    {2057212800000, -300}, {2077772400000, -360}, {2088662400000, -300}, {2109222000000, -360}, {2120112000000, -300},
    {2140671600000, -360},
};

/* America/Detroit */
static const struct zone_turn turns_7[] = {
    {1741503600000, -240}, {1762063200000, -300}, {1772953200000, -240}, {1793512800000, -300}, {1805007600000, -240},
    {1825567200000, -300}, {1836457200000, -240}, {1857016800000, -300}, {1867906800000, -240}, {1888466400000, -300},
    {1899356400000, -240}, {1919916000000, -300}, {1930806000000, -240}, {1951365600000, -300}, {1962860400000, -240},
    {1983420000000, -300}, {1994310000000, -240}, {2014869600000, -300}, {2025759600000, -240}, {2046319200000, -300},
    {2057209200000, -240}, {2077768800000, -300}, {2088658800000, -240}, {2109218400000, -300}, {2120108400000, -240},
    {2140668000000, -300},
};

/* America/Edmonton */
static const struct zone_turn turns_8[] = {
    {1741510800000, -360}, {1762070400000, -420}, {1772960400000, -360},
};

/* America/Ensenada */
static const struct zone_turn turns_9[] = {
    {1741514400000, -420}, {1762074000000, -480}, {1772964000000, -420}, {1793523600000, -480}, {1805018400000, -420},
    {1825578000000, -480}, {1836468000000, -420}, {1857027600000, -480}, {1867917600000, -420}, {1888477200000, -480},
    {1899367200000, -420}, {1919926800000, -480}, {1930816800000, -420}, {1951376400000, -480}, {1962871200000, -420},
    {1983430800000, -480}, {1994320800000, -420}, {2014880400000, -480}, {2025770400000, -420}, {2046330000000, -480},
    {2057220000000, -420}, {2077779600000, -480}, {2088669600000, -420}, {2109229200000, -480}, {2120119200000, -420},
    {2140678800000, -480},
};

/* America/Glace_Bay */
static const struct zone_turn turns_10[] = {
    {1741500000000, -180}, {1762059600000, -240}, {1772949600000, -180}, {1793509200000, -240}, {1805004000000, -180},
    {1825563600000, -240}, {1836453600000, -180}, {1857013200000, -240}, {1867903200000, -180}, {1888462800000, -240},
    {1899352800000, -180}, {1919912400000, -240}, {1930802400000, -180}, {1951362000000, -240}, {1962856800000, -180},
    {1983416400000, -240}, {1994306400000, -180}, {2014866000000, -240}, {2025756000000, -180}, {2046315600000, -240},
    {2057205600000, -180}, {2077765200000, -240}, {2088655200000, -180}, {2109214800000, -240}, {2120104800000, -180},
    {2140664400000, -240},
};

/* America/Godthab */
static const struct zone_turn turns_11[] = {
    {1743296400000, -60}, {1761440400000, -120}, {1774746000000, -60}, {1792890000000, -120}, {1806195600000, -60}, {1824944400000, -120},
    {1837645200000, -60}, {1856394000000, -120}, {1869094800000, -60}, {1887843600000, -120}, {1901149200000, -60}, {1919293200000, -120},
    {1932598800000, -60}, {1950742800000, -120}, {1964048400000, -60}, {1982797200000, -120}, {1995498000000, -60}, {2014246800000, -120},
    {2026947600000, -60}, {2045696400000, -120}, {2058397200000, -60}, {2077146000000, -120}, {2090451600000, -60}, {2108595600000, -120},
    {2121901200000, -60}, {2140045200000, -120},
};

/* America/Havana */
static const struct zone_turn turns_12[] = {
    {1741496400000, -240}, {1762059600000, -300}, {1772946000000, -240}, {1825563600000, -300}, {1836450000000, -240},
    {1857013200000, -300}, {1867899600000, -240}, {1888462800000, -300}, {1899349200000, -240}, {1919912400000, -300},
    {1930798800000, -240}, {1951362000000, -300}, {1962853200000, -240}, {1983416400000, -300}, {1994302800000, -240},
    {2014866000000, -300}, {2025752400000, -240}, {2046315600000, -300}, {2057202000000, -240}, {2077765200000, -300},
    {2088651600000, -240}, {2109214800000, -300}, {2120101200000, -240}, {2140664400000, -300},
};

/* America/Miquelon */
static const struct zone_turn turns_13[] = {
    {1741496400000, -120}, {1762056000000, -180}, {1772946000000, -120}, {1793505600000, -180}, {1805000400000, -120},
    {1825560000000, -180}, {1836450000000, -120}, {1857009600000, -180}, {1867899600000, -120}, {1888459200000, -180},
    {1899349200000, -120}, {1919908800000, -180}, {1930798800000, -120}, {1951358400000, -180}, {1962853200000, -120},
    {1983412800000, -180}, {1994302800000, -120}, {2014862400000, -180}, {2025752400000, -120}, {2046312000000, -180},
    {2057202000000, -120}, {2077761600000, -180}, {2088651600000, -120}, {2109211200000, -180}, {2120101200000, -120},
    {2140660800000, -180},
};

/* America/Rainy_River */
static const struct zone_turn turns_14[] = {
    {1741507200000, -300}, {1762066800000, -360}, {1772956800000, -300},
};

/* America/Santiago */
static const struct zone_turn turns_15[] = {
    {1743908400000, -240}, {1757217600000, -180}, {1775358000000, -240}, {1788667200000, -180}, {1806807600000, -240},
    {1820116800000, -180}, {1838257200000, -240}, {1851566400000, -180}, {1870311600000, -240}, {1883016000000, -180},
    {1901761200000, -240}, {1915070400000, -180}, {1933210800000, -240}, {1946520000000, -180}, {1964660400000, -240},
    {1977969600000, -180}, {1996110000000, -240}, {2009419200000, -180}, {2027559600000, -240}, {2040868800000, -180},
    {2059614000000, -240}, {2072318400000, -180}, {2091063600000, -240}, {2104372800000, -180}, {2122513200000, -240},
    {2135822400000, -180},
};

/* America/St_Johns */
static const struct zone_turn turns_16[] = {
    {1741498200000, -150}, {1762057800000, -210}, {1772947800000, -150}, {1793507400000, -210}, {1805002200000, -150},
    {1825561800000, -210}, {1836451800000, -150}, {1857011400000, -210}, {1867901400000, -150}, {1888461000000, -210},
    {1899351000000, -150}, {1919910600000, -210}, {1930800600000, -150}, {1951360200000, -210}, {1962855000000, -150},
    {1983414600000, -210}, {1994304600000, -150}, {2014864200000, -210}, {2025754200000, -150}, {2046313800000, -210},
    {2057203800000, -150}, {2077763400000, -210}, {2088653400000, -150}, {2109213000000, -210}, {2120103000000, -150},
    {2140662600000, -210},
};

/* America/Vancouver */
static const struct zone_turn turns_17[] = {
    {1741514400000, -420}, {1762074000000, -480}, {1772964000000, -420},
};

/* Antarctica/Macquarie */
static const struct zone_turn turns_18[] = {
    {1743868800000, 600}, {1759593600000, 660}, {1775318400000, 600}, {1791043200000, 660}, {1806768000000, 600}, {1822492800000, 660},
    {1838217600000, 600}, {1853942400000, 660}, {1869667200000, 600}, {1885996800000, 660}, {1901721600000, 600}, {1917446400000, 660},
    {1933171200000, 600}, {1948896000000, 660}, {1964620800000, 600}, {1980345600000, 660}, {1996070400000, 600}, {2011795200000, 660},
    {2027520000000, 600}, {2043244800000, 660}, {2058969600000, 600}, {2075299200000, 660}, {2091024000000, 600}, {2106748800000, 660},
    {2122473600000, 600}, {2138198400000, 660},
};

/* Antarctica/McMurdo */
static const struct zone_turn turns_19[] = {
    {1743861600000, 720}, {1758981600000, 780}, {1775311200000, 720}, {1790431200000, 780}, {1806760800000, 720}, {1821880800000, 780},
    {1838210400000, 720}, {1853330400000, 780}, {1869660000000, 720}, {1885384800000, 780}, {1901714400000, 720}, {1916834400000, 780},
    {1933164000000, 720}, {1948284000000, 780}, {1964613600000, 720}, {1979733600000, 780}, {1996063200000, 720}, {2011183200000, 780},
    {2027512800000, 720}, {2042632800000, 780}, {2058962400000, 720}, {2074687200000, 780}, {2091016800000, 720}, {2106136800000, 780},
    {2122466400000, 720}, {2137586400000, 780},
};

/* Antarctica/Troll */
static const struct zone_turn turns_20[] = {
    {1743296400000, 120}, {1761440400000, 0}, {1774746000000, 120}, {1792890000000, 0}, {1806195600000, 120}, {1824944400000, 0},
    {1837645200000, 120}, {1856394000000, 0}, {1869094800000, 120}, {1887843600000, 0}, {1901149200000, 120}, {1919293200000, 0},
    {1932598800000, 120}, {1950742800000, 0}, {1964048400000, 120}, {1982797200000, 0}, {1995498000000, 120}, {2014246800000, 0},
    {2026947600000, 120}, {2045696400000, 0}, {2058397200000, 120}, {2077146000000, 0}, {2090451600000, 120}, {2108595600000, 0},
    {2121901200000, 120}, {2140045200000, 0},
};

/* Asia/Beirut */
static const struct zone_turn turns_21[] = {
    {1743285600000, 180}, {1761426000000, 120}, {1774735200000, 180}, {1792875600000, 120}, {1806184800000, 180}, {1824930000000, 120},
    {1837634400000, 180}, {1856379600000, 120}, {1869084000000, 180}, {1887829200000, 120}, {1901138400000, 180}, {1919278800000, 120},
    {1932588000000, 180}, {1950728400000, 120}, {1964037600000, 180}, {1982782800000, 120}, {1995487200000, 180}, {2014232400000, 120},
    {2026936800000, 180}, {2045682000000, 120}, {2058386400000, 180}, {2077131600000, 120}, {2090440800000, 180}, {2108581200000, 120},
    {2121890400000, 180}, {2140030800000, 120},
};

/* Asia/Famagusta */
static const struct zone_turn turns_22[] = {
    {1743296400000, 180}, {1761440400000, 120}, {1774746000000, 180}, {1792890000000, 120}, {1806195600000, 180}, {1824944400000, 120},
    {1837645200000, 180}, {1856394000000, 120}, {1869094800000, 180}, {1887843600000, 120}, {1901149200000, 180}, {1919293200000, 120},
    {1932598800000, 180}, {1950742800000, 120}, {1964048400000, 180}, {1982797200000, 120}, {1995498000000, 180}, {2014246800000, 120},
    {2026947600000, 180}, {2045696400000, 120}, {2058397200000, 180}, {2077146000000, 120}, {2090451600000, 180}, {2108595600000, 120},
    {2121901200000, 180}, {2140045200000, 120},
};

/* Asia/Gaza */
static const struct zone_turn turns_23[] = {
    {1744416000000, 180}, {1761346800000, 120}, {1774656000000, 180}, {1792796400000, 120}, {1806105600000, 180}, {1824850800000, 120},
    {1837555200000, 180}, {1856300400000, 120}, {1869004800000, 180}, {1887750000000, 120}, {1901059200000, 180}, {1919199600000, 120},
    {1932508800000, 180}, {1950649200000, 120}, {1963958400000, 180}, {1982703600000, 120}, {1995408000000, 180}, {2014153200000, 120},
    {2026857600000, 180}, {2045602800000, 120}, {2058307200000, 180}, {2077052400000, 120}, {2090361600000, 180}, {2107897200000, 120},
    {2121811200000, 180}, {2138742000000, 120},
};

/* Asia/Jerusalem */
static const struct zone_turn turns_24[] = {
    {1743120000000, 180}, {1761433200000, 120}, {1774569600000, 180}, {1792882800000, 120}, {1806019200000, 180}, {1824937200000, 120},
    {1837468800000, 180}, {1856386800000, 120}, {1868918400000, 180}, {1887836400000, 120}, {1900972800000, 180}, {1919286000000, 120},
    {1932422400000, 180}, {1950735600000, 120}, {1963872000000, 180}, {1982790000000, 120}, {1995321600000, 180}, {2014239600000, 120},
    {2026771200000, 180}, {2045689200000, 120}, {2058220800000, 180}, {2077138800000, 120}, {2090275200000, 180}, {2108588400000, 120},
    {2121724800000, 180}, {2140038000000, 120},
};

/* Atlantic/Azores */
static const struct zone_turn turns_25[] = {
    {1743296400000, 0}, {1761440400000, -60}, {1774746000000, 0}, {1792890000000, -60}, {1806195600000, 0}, {1824944400000, -60},
    {1837645200000, 0}, {1856394000000, -60}, {1869094800000, 0}, {1887843600000, -60}, {1901149200000, 0}, {1919293200000, -60},
    {1932598800000, 0}, {1950742800000, -60}, {1964048400000, 0}, {1982797200000, -60}, {1995498000000, 0}, {2014246800000, -60},
    {2026947600000, 0}, {2045696400000, -60}, {2058397200000, 0}, {2077146000000, -60}, {2090451600000, 0}, {2108595600000, -60},
    {2121901200000, 0}, {2140045200000, -60},
};

/* Atlantic/Canary */
static const struct zone_turn turns_26[] = {
    {1743296400000, 60}, {1761440400000, 0}, {1774746000000, 60}, {1792890000000, 0}, {1806195600000, 60}, {1824944400000, 0},
    {1837645200000, 60}, {1856394000000, 0}, {1869094800000, 60}, {1887843600000, 0}, {1901149200000, 60}, {1919293200000, 0},
    {1932598800000, 60}, {1950742800000, 0}, {1964048400000, 60}, {1982797200000, 0}, {1995498000000, 60}, {2014246800000, 0},
    {2026947600000, 60}, {2045696400000, 0}, {2058397200000, 60}, {2077146000000, 0}, {2090451600000, 60}, {2108595600000, 0},
    {2121901200000, 60}, {2140045200000, 0},
};

/* Australia/Adelaide */
static const struct zone_turn turns_27[] = {
    {1743870600000, 570}, {1759595400000, 630}, {1775320200000, 570}, {1791045000000, 630}, {1806769800000, 570}, {1822494600000, 630},
    {1838219400000, 570}, {1853944200000, 630}, {1869669000000, 570}, {1885998600000, 630}, {1901723400000, 570}, {1917448200000, 630},
    {1933173000000, 570}, {1948897800000, 630}, {1964622600000, 570}, {1980347400000, 630}, {1996072200000, 570}, {2011797000000, 630},
    {2027521800000, 570}, {2043246600000, 630}, {2058971400000, 570}, {2075301000000, 630}, {2091025800000, 570}, {2106750600000, 630},
    {2122475400000, 570}, {2138200200000, 630},
};

/* Australia/LHI */
static const struct zone_turn turns_28[] = {
    {1743865200000, 630}, {1759591800000, 660}, {1775314800000, 630}, {1791041400000, 660}, {1806764400000, 630}, {1822491000000, 660},
    {1838214000000, 630}, {1853940600000, 660}, {1869663600000, 630}, {1885995000000, 660}, {1901718000000, 630}, {1917444600000, 660},
    {1933167600000, 630}, {1948894200000, 660}, {1964617200000, 630}, {1980343800000, 660}, {1996066800000, 630}, {2011793400000, 660},
    {2027516400000, 630}, {2043243000000, 660}, {2058966000000, 630}, {2075297400000, 660}, {2091020400000, 630}, {2106747000000, 660},
    {2122470000000, 630}, {2138196600000, 660},
};

/* Chile/EasterIsland */
static const struct zone_turn turns_29[] = {
    {1743908400000, -360}, {1757217600000, -300}, {1775358000000, -360}, {1788667200000, -300}, {1806807600000, -360},
    {1820116800000, -300}, {1838257200000, -360}, {1851566400000, -300}, {1870311600000, -360}, {1883016000000, -300},
    {1901761200000, -360}, {1915070400000, -300}, {1933210800000, -360}, {1946520000000, -300}, {1964660400000, -360},
    {1977969600000, -300}, {1996110000000, -360}, {2009419200000, -300}, {2027559600000, -360}, {2040868800000, -300},
    {2059614000000, -360}, {2072318400000, -300}, {2091063600000, -360}, {2104372800000, -300}, {2122513200000, -360},
    {2135822400000, -300},
};

/* NZ-CHAT */
static const struct zone_turn turns_30[] = {
    {1743861600000, 765}, {1758981600000, 825}, {1775311200000, 765}, {1790431200000, 825}, {1806760800000, 765}, {1821880800000, 825},
    {1838210400000, 765}, {1853330400000, 825}, {1869660000000, 765}, {1885384800000, 825}, {1901714400000, 765}, {1916834400000, 825},
    {1933164000000, 765}, {1948284000000, 825}, {1964613600000, 765}, {1979733600000, 825}, {1996063200000, 765}, {2011183200000, 825},
    {2027512800000, 765}, {2042632800000, 825}, {2058962400000, 765}, {2074687200000, 825}, {2091016800000, 765}, {2106136800000, 825},
    {2122466400000, 765}, {2137586400000, 825},
};

/* Pacific/Norfolk */
static const struct zone_turn turns_31[] = {
    {1743865200000, 660}, {1759590000000, 720}, {1775314800000, 660}, {1791039600000, 720}, {1806764400000, 660}, {1822489200000, 720},
    {1838214000000, 660}, {1853938800000, 720}, {1869663600000, 660}, {1885993200000, 720}, {1901718000000, 660}, {1917442800000, 720},
    {1933167600000, 660}, {1948892400000, 720}, {1964617200000, 660}, {1980342000000, 720}, {1996066800000, 660}, {2011791600000, 720},
    {2027516400000, 660}, {2043241200000, 720}, {2058966000000, 660}, {2075295600000, 720}, {2091020400000, 660}, {2106745200000, 720},
    {2122470000000, 660}, {2138194800000, 720},
};

const struct zone_row zone_rows[] = {
    STAYS("Africa/Abidjan", 0), STAYS("Africa/Accra", 0), STAYS("Africa/Addis_Ababa", 180), STAYS("Africa/Algiers", 60),
    STAYS("Africa/Asmara", 180), STAYS("Africa/Asmera", 180), STAYS("Africa/Bamako", 0), STAYS("Africa/Bangui", 60),
    STAYS("Africa/Banjul", 0), STAYS("Africa/Bissau", 0), STAYS("Africa/Blantyre", 120), STAYS("Africa/Brazzaville", 60),
    STAYS("Africa/Bujumbura", 120), TURNS("Africa/Cairo", 120, turns_0), TURNS("Africa/Casablanca", 60, turns_1),
    TURNS("Africa/Ceuta", 60, turns_2), STAYS("Africa/Conakry", 0), STAYS("Africa/Dakar", 0), STAYS("Africa/Dar_es_Salaam", 180),
    STAYS("Africa/Djibouti", 180), STAYS("Africa/Douala", 60), TURNS("Africa/El_Aaiun", 60, turns_1), STAYS("Africa/Freetown", 0),
    STAYS("Africa/Gaborone", 120), STAYS("Africa/Harare", 120), STAYS("Africa/Johannesburg", 120), STAYS("Africa/Juba", 120),
    STAYS("Africa/Kampala", 180), STAYS("Africa/Khartoum", 120), STAYS("Africa/Kigali", 120), STAYS("Africa/Kinshasa", 60),
    STAYS("Africa/Lagos", 60), STAYS("Africa/Libreville", 60), STAYS("Africa/Lome", 0), STAYS("Africa/Luanda", 60),
    STAYS("Africa/Lubumbashi", 120), STAYS("Africa/Lusaka", 120), STAYS("Africa/Malabo", 60), STAYS("Africa/Maputo", 120),
    STAYS("Africa/Maseru", 120), STAYS("Africa/Mbabane", 120), STAYS("Africa/Mogadishu", 180), STAYS("Africa/Monrovia", 0),
    STAYS("Africa/Nairobi", 180), STAYS("Africa/Ndjamena", 60), STAYS("Africa/Niamey", 60), STAYS("Africa/Nouakchott", 0),
    STAYS("Africa/Ouagadougou", 0), STAYS("Africa/Porto-Novo", 60), STAYS("Africa/Sao_Tome", 0), STAYS("Africa/Timbuktu", 0),
    STAYS("Africa/Tripoli", 120), STAYS("Africa/Tunis", 60), STAYS("Africa/Windhoek", 120), TURNS("America/Adak", -600, turns_3),
    TURNS("America/Anchorage", -540, turns_4), STAYS("America/Anguilla", -240), STAYS("America/Antigua", -240),
    STAYS("America/Araguaina", -180), STAYS("America/Argentina/Buenos_Aires", -180), STAYS("America/Argentina/Catamarca", -180),
    STAYS("America/Argentina/ComodRivadavia", -180), STAYS("America/Argentina/Cordoba", -180), STAYS("America/Argentina/Jujuy", -180),
    STAYS("America/Argentina/La_Rioja", -180), STAYS("America/Argentina/Mendoza", -180), STAYS("America/Argentina/Rio_Gallegos", -180),
    STAYS("America/Argentina/Salta", -180), STAYS("America/Argentina/San_Juan", -180), STAYS("America/Argentina/San_Luis", -180),
    STAYS("America/Argentina/Tucuman", -180), STAYS("America/Argentina/Ushuaia", -180), STAYS("America/Aruba", -240),
    STAYS("America/Asuncion", -180), STAYS("America/Atikokan", -300), TURNS("America/Atka", -600, turns_3), STAYS("America/Bahia", -180),
    STAYS("America/Bahia_Banderas", -360), STAYS("America/Barbados", -240), STAYS("America/Belem", -180), STAYS("America/Belize", -360),
    STAYS("America/Blanc-Sablon", -240), STAYS("America/Boa_Vista", -240), STAYS("America/Bogota", -300),
    TURNS("America/Boise", -420, turns_5), STAYS("America/Buenos_Aires", -180), TURNS("America/Cambridge_Bay", -420, turns_5),
    STAYS("America/Campo_Grande", -240), STAYS("America/Cancun", -300), STAYS("America/Caracas", -240), STAYS("America/Catamarca", -180),
    STAYS("America/Cayenne", -180), STAYS("America/Cayman", -300), TURNS("America/Chicago", -360, turns_6),
    STAYS("America/Chihuahua", -360), TURNS("America/Ciudad_Juarez", -420, turns_5), STAYS("America/Coral_Harbour", -300),
    STAYS("America/Cordoba", -180), STAYS("America/Costa_Rica", -360), STAYS("America/Coyhaique", -180), STAYS("America/Creston", -420),
    STAYS("America/Cuiaba", -240), STAYS("America/Curacao", -240), STAYS("America/Danmarkshavn", 0), STAYS("America/Dawson", -420),
    STAYS("America/Dawson_Creek", -420), TURNS("America/Denver", -420, turns_5), TURNS("America/Detroit", -300, turns_7),
    STAYS("America/Dominica", -240), TURNS("America/Edmonton", -420, turns_8), STAYS("America/Eirunepe", -300),
    STAYS("America/El_Salvador", -360), TURNS("America/Ensenada", -480, turns_9), STAYS("America/Fort_Nelson", -420),
    TURNS("America/Fort_Wayne", -300, turns_7), STAYS("America/Fortaleza", -180), TURNS("America/Glace_Bay", -240, turns_10),
    TURNS("America/Godthab", -120, turns_11), TURNS("America/Goose_Bay", -240, turns_10), TURNS("America/Grand_Turk", -300, turns_7),
    STAYS("America/Grenada", -240), STAYS("America/Guadeloupe", -240), STAYS("America/Guatemala", -360), STAYS("America/Guayaquil", -300),
    STAYS("America/Guyana", -240), TURNS("America/Halifax", -240, turns_10), TURNS("America/Havana", -300, turns_12),
    STAYS("America/Hermosillo", -420), TURNS("America/Indiana/Indianapolis", -300, turns_7), TURNS("America/Indiana/Knox", -360, turns_6),
    TURNS("America/Indiana/Marengo", -300, turns_7), TURNS("America/Indiana/Petersburg", -300, turns_7),
    TURNS("America/Indiana/Tell_City", -360, turns_6), TURNS("America/Indiana/Vevay", -300, turns_7),
    TURNS("America/Indiana/Vincennes", -300, turns_7), TURNS("America/Indiana/Winamac", -300, turns_7),
    TURNS("America/Indianapolis", -300, turns_7), TURNS("America/Inuvik", -420, turns_8), TURNS("America/Iqaluit", -300, turns_7),
    STAYS("America/Jamaica", -300), STAYS("America/Jujuy", -180), TURNS("America/Juneau", -540, turns_4),
    TURNS("America/Kentucky/Louisville", -300, turns_7), TURNS("America/Kentucky/Monticello", -300, turns_7),
    TURNS("America/Knox_IN", -360, turns_6), STAYS("America/Kralendijk", -240), STAYS("America/La_Paz", -240), STAYS("America/Lima", -300),
    TURNS("America/Los_Angeles", -480, turns_9), TURNS("America/Louisville", -300, turns_7), STAYS("America/Lower_Princes", -240),
    STAYS("America/Maceio", -180), STAYS("America/Managua", -360), STAYS("America/Manaus", -240), STAYS("America/Marigot", -240),
    STAYS("America/Martinique", -240), TURNS("America/Matamoros", -360, turns_6), STAYS("America/Mazatlan", -420),
    STAYS("America/Mendoza", -180), TURNS("America/Menominee", -360, turns_6), STAYS("America/Merida", -360),
    TURNS("America/Metlakatla", -540, turns_4), STAYS("America/Mexico_City", -360), TURNS("America/Miquelon", -180, turns_13),
    TURNS("America/Moncton", -240, turns_10), STAYS("America/Monterrey", -360), STAYS("America/Montevideo", -180),
    TURNS("America/Montreal", -300, turns_7), STAYS("America/Montserrat", -240), TURNS("America/Nassau", -300, turns_7),
    TURNS("America/New_York", -300, turns_7), TURNS("America/Nipigon", -300, turns_7), TURNS("America/Nome", -540, turns_4),
    STAYS("America/Noronha", -120), TURNS("America/North_Dakota/Beulah", -360, turns_6),
    TURNS("America/North_Dakota/Center", -360, turns_6), TURNS("America/North_Dakota/New_Salem", -360, turns_6),
    TURNS("America/Nuuk", -120, turns_11), TURNS("America/Ojinaga", -360, turns_6), STAYS("America/Panama", -300),
    TURNS("America/Pangnirtung", -300, turns_7), STAYS("America/Paramaribo", -180), STAYS("America/Phoenix", -420),
    TURNS("America/Port-au-Prince", -300, turns_7), STAYS("America/Port_of_Spain", -240), STAYS("America/Porto_Acre", -300),
    STAYS("America/Porto_Velho", -240), STAYS("America/Puerto_Rico", -240), STAYS("America/Punta_Arenas", -180),
    TURNS("America/Rainy_River", -360, turns_14), TURNS("America/Rankin_Inlet", -360, turns_6), STAYS("America/Recife", -180),
    STAYS("America/Regina", -360), TURNS("America/Resolute", -360, turns_6), STAYS("America/Rio_Branco", -300),
    STAYS("America/Rosario", -180), TURNS("America/Santa_Isabel", -480, turns_9), STAYS("America/Santarem", -180),
    TURNS("America/Santiago", -180, turns_15), STAYS("America/Santo_Domingo", -240), STAYS("America/Sao_Paulo", -180),
    TURNS("America/Scoresbysund", -120, turns_11), TURNS("America/Shiprock", -420, turns_5), TURNS("America/Sitka", -540, turns_4),
    STAYS("America/St_Barthelemy", -240), TURNS("America/St_Johns", -210, turns_16), STAYS("America/St_Kitts", -240),
    STAYS("America/St_Lucia", -240), STAYS("America/St_Thomas", -240), STAYS("America/St_Vincent", -240),
    STAYS("America/Swift_Current", -360), STAYS("America/Tegucigalpa", -360), TURNS("America/Thule", -240, turns_10),
    TURNS("America/Thunder_Bay", -300, turns_7), TURNS("America/Tijuana", -480, turns_9), TURNS("America/Toronto", -300, turns_7),
    STAYS("America/Tortola", -240), TURNS("America/Vancouver", -480, turns_17), STAYS("America/Virgin", -240),
    STAYS("America/Whitehorse", -420), TURNS("America/Winnipeg", -360, turns_14), TURNS("America/Yakutat", -540, turns_4),
    TURNS("America/Yellowknife", -420, turns_8), STAYS("Antarctica/Casey", 480), STAYS("Antarctica/Davis", 420),
    STAYS("Antarctica/DumontDUrville", 600), TURNS("Antarctica/Macquarie", 660, turns_18), STAYS("Antarctica/Mawson", 300),
    TURNS("Antarctica/McMurdo", 780, turns_19), STAYS("Antarctica/Palmer", -180), STAYS("Antarctica/Rothera", -180),
    TURNS("Antarctica/South_Pole", 780, turns_19), STAYS("Antarctica/Syowa", 180), TURNS("Antarctica/Troll", 0, turns_20),
    STAYS("Antarctica/Vostok", 300), TURNS("Arctic/Longyearbyen", 60, turns_2), STAYS("Asia/Aden", 180), STAYS("Asia/Almaty", 300),
    STAYS("Asia/Amman", 180), STAYS("Asia/Anadyr", 720), STAYS("Asia/Aqtau", 300), STAYS("Asia/Aqtobe", 300), STAYS("Asia/Ashgabat", 300),
    STAYS("Asia/Ashkhabad", 300), STAYS("Asia/Atyrau", 300), STAYS("Asia/Baghdad", 180), STAYS("Asia/Bahrain", 180),
    STAYS("Asia/Baku", 240), STAYS("Asia/Bangkok", 420), STAYS("Asia/Barnaul", 420), TURNS("Asia/Beirut", 120, turns_21),
    STAYS("Asia/Bishkek", 360), STAYS("Asia/Brunei", 480), STAYS("Asia/Calcutta", 330), STAYS("Asia/Chita", 540),
    STAYS("Asia/Choibalsan", 480), STAYS("Asia/Chongqing", 480), STAYS("Asia/Chungking", 480), STAYS("Asia/Colombo", 330),
    STAYS("Asia/Dacca", 360), STAYS("Asia/Damascus", 180), STAYS("Asia/Dhaka", 360), STAYS("Asia/Dili", 540), STAYS("Asia/Dubai", 240),
    STAYS("Asia/Dushanbe", 300), TURNS("Asia/Famagusta", 120, turns_22), TURNS("Asia/Gaza", 120, turns_23), STAYS("Asia/Harbin", 480),
    TURNS("Asia/Hebron", 120, turns_23), STAYS("Asia/Ho_Chi_Minh", 420), STAYS("Asia/Hong_Kong", 480), STAYS("Asia/Hovd", 420),
    STAYS("Asia/Irkutsk", 480), STAYS("Asia/Istanbul", 180), STAYS("Asia/Jakarta", 420), STAYS("Asia/Jayapura", 540),
    TURNS("Asia/Jerusalem", 120, turns_24), STAYS("Asia/Kabul", 270), STAYS("Asia/Kamchatka", 720), STAYS("Asia/Karachi", 300),
    STAYS("Asia/Kashgar", 360), STAYS("Asia/Kathmandu", 345), STAYS("Asia/Katmandu", 345), STAYS("Asia/Khandyga", 540),
    STAYS("Asia/Kolkata", 330), STAYS("Asia/Krasnoyarsk", 420), STAYS("Asia/Kuala_Lumpur", 480), STAYS("Asia/Kuching", 480),
    STAYS("Asia/Kuwait", 180), STAYS("Asia/Macao", 480), STAYS("Asia/Macau", 480), STAYS("Asia/Magadan", 660), STAYS("Asia/Makassar", 480),
    STAYS("Asia/Manila", 480), STAYS("Asia/Muscat", 240), TURNS("Asia/Nicosia", 120, turns_22), STAYS("Asia/Novokuznetsk", 420),
    STAYS("Asia/Novosibirsk", 420), STAYS("Asia/Omsk", 360), STAYS("Asia/Oral", 300), STAYS("Asia/Phnom_Penh", 420),
    STAYS("Asia/Pontianak", 420), STAYS("Asia/Pyongyang", 540), STAYS("Asia/Qatar", 180), STAYS("Asia/Qostanay", 300),
    STAYS("Asia/Qyzylorda", 300), STAYS("Asia/Rangoon", 390), STAYS("Asia/Riyadh", 180), STAYS("Asia/Saigon", 420),
    STAYS("Asia/Sakhalin", 660), STAYS("Asia/Samarkand", 300), STAYS("Asia/Seoul", 540), STAYS("Asia/Shanghai", 480),
    STAYS("Asia/Singapore", 480), STAYS("Asia/Srednekolymsk", 660), STAYS("Asia/Taipei", 480), STAYS("Asia/Tashkent", 300),
    STAYS("Asia/Tbilisi", 240), STAYS("Asia/Tehran", 210), TURNS("Asia/Tel_Aviv", 120, turns_24), STAYS("Asia/Thimbu", 360),
    STAYS("Asia/Thimphu", 360), STAYS("Asia/Tokyo", 540), STAYS("Asia/Tomsk", 420), STAYS("Asia/Ujung_Pandang", 480),
    STAYS("Asia/Ulaanbaatar", 480), STAYS("Asia/Ulan_Bator", 480), STAYS("Asia/Urumqi", 360), STAYS("Asia/Ust-Nera", 600),
    STAYS("Asia/Vientiane", 420), STAYS("Asia/Vladivostok", 600), STAYS("Asia/Yakutsk", 540), STAYS("Asia/Yangon", 390),
    STAYS("Asia/Yekaterinburg", 300), STAYS("Asia/Yerevan", 240), TURNS("Atlantic/Azores", -60, turns_25),
    TURNS("Atlantic/Bermuda", -240, turns_10), TURNS("Atlantic/Canary", 0, turns_26), STAYS("Atlantic/Cape_Verde", -60),
    TURNS("Atlantic/Faeroe", 0, turns_26), TURNS("Atlantic/Faroe", 0, turns_26), TURNS("Atlantic/Jan_Mayen", 60, turns_2),
    TURNS("Atlantic/Madeira", 0, turns_26), STAYS("Atlantic/Reykjavik", 0), STAYS("Atlantic/South_Georgia", -120),
    STAYS("Atlantic/St_Helena", 0), STAYS("Atlantic/Stanley", -180), TURNS("Australia/ACT", 660, turns_18),
    TURNS("Australia/Adelaide", 630, turns_27), STAYS("Australia/Brisbane", 600), TURNS("Australia/Broken_Hill", 630, turns_27),
    TURNS("Australia/Canberra", 660, turns_18), TURNS("Australia/Currie", 660, turns_18), STAYS("Australia/Darwin", 570),
    STAYS("Australia/Eucla", 525), TURNS("Australia/Hobart", 660, turns_18), TURNS("Australia/LHI", 660, turns_28),
    STAYS("Australia/Lindeman", 600), TURNS("Australia/Lord_Howe", 660, turns_28), TURNS("Australia/Melbourne", 660, turns_18),
    TURNS("Australia/NSW", 660, turns_18), STAYS("Australia/North", 570), STAYS("Australia/Perth", 480),
    STAYS("Australia/Queensland", 600), TURNS("Australia/South", 630, turns_27), TURNS("Australia/Sydney", 660, turns_18),
    TURNS("Australia/Tasmania", 660, turns_18), TURNS("Australia/Victoria", 660, turns_18), STAYS("Australia/West", 480),
    TURNS("Australia/Yancowinna", 630, turns_27), STAYS("Brazil/Acre", -300), STAYS("Brazil/DeNoronha", -120), STAYS("Brazil/East", -180),
    STAYS("Brazil/West", -240), TURNS("CET", 60, turns_2), TURNS("CST6CDT", -360, turns_6), TURNS("Canada/Atlantic", -240, turns_10),
    TURNS("Canada/Central", -360, turns_14), TURNS("Canada/Eastern", -300, turns_7), TURNS("Canada/Mountain", -420, turns_8),
    TURNS("Canada/Newfoundland", -210, turns_16), TURNS("Canada/Pacific", -480, turns_17), STAYS("Canada/Saskatchewan", -360),
    STAYS("Canada/Yukon", -420), TURNS("Chile/Continental", -180, turns_15), TURNS("Chile/EasterIsland", -300, turns_29),
    TURNS("Cuba", -300, turns_12), TURNS("EET", 120, turns_22), STAYS("EST", -300), TURNS("EST5EDT", -300, turns_7),
    TURNS("Egypt", 120, turns_0), TURNS("Eire", 0, turns_26), STAYS("Etc/GMT", 0), STAYS("Etc/GMT+0", 0), STAYS("Etc/GMT+1", -60),
    STAYS("Etc/GMT+10", -600), STAYS("Etc/GMT+11", -660), STAYS("Etc/GMT+12", -720), STAYS("Etc/GMT+2", -120), STAYS("Etc/GMT+3", -180),
    STAYS("Etc/GMT+4", -240), STAYS("Etc/GMT+5", -300), STAYS("Etc/GMT+6", -360), STAYS("Etc/GMT+7", -420), STAYS("Etc/GMT+8", -480),
    STAYS("Etc/GMT+9", -540), STAYS("Etc/GMT-0", 0), STAYS("Etc/GMT-1", 60), STAYS("Etc/GMT-10", 600), STAYS("Etc/GMT-11", 660),
    STAYS("Etc/GMT-12", 720), STAYS("Etc/GMT-13", 780), STAYS("Etc/GMT-14", 840), STAYS("Etc/GMT-2", 120), STAYS("Etc/GMT-3", 180),
    STAYS("Etc/GMT-4", 240), STAYS("Etc/GMT-5", 300), STAYS("Etc/GMT-6", 360), STAYS("Etc/GMT-7", 420), STAYS("Etc/GMT-8", 480),
    STAYS("Etc/GMT-9", 540), STAYS("Etc/GMT0", 0), STAYS("Etc/Greenwich", 0), STAYS("Etc/UCT", 0), STAYS("Etc/UTC", 0),
    STAYS("Etc/Universal", 0), STAYS("Etc/Zulu", 0), TURNS("Europe/Amsterdam", 60, turns_2), TURNS("Europe/Andorra", 60, turns_2),
    STAYS("Europe/Astrakhan", 240), TURNS("Europe/Athens", 120, turns_22), TURNS("Europe/Belfast", 0, turns_26),
    TURNS("Europe/Belgrade", 60, turns_2), TURNS("Europe/Berlin", 60, turns_2), TURNS("Europe/Bratislava", 60, turns_2),
    TURNS("Europe/Brussels", 60, turns_2), TURNS("Europe/Bucharest", 120, turns_22), TURNS("Europe/Budapest", 60, turns_2),
    TURNS("Europe/Busingen", 60, turns_2), TURNS("Europe/Chisinau", 120, turns_22), TURNS("Europe/Copenhagen", 60, turns_2),
    TURNS("Europe/Dublin", 0, turns_26), TURNS("Europe/Gibraltar", 60, turns_2), TURNS("Europe/Guernsey", 0, turns_26),
    TURNS("Europe/Helsinki", 120, turns_22), TURNS("Europe/Isle_of_Man", 0, turns_26), STAYS("Europe/Istanbul", 180),
    TURNS("Europe/Jersey", 0, turns_26), STAYS("Europe/Kaliningrad", 120), TURNS("Europe/Kiev", 120, turns_22), STAYS("Europe/Kirov", 180),
    TURNS("Europe/Kyiv", 120, turns_22), TURNS("Europe/Lisbon", 0, turns_26), TURNS("Europe/Ljubljana", 60, turns_2),
    TURNS("Europe/London", 0, turns_26), TURNS("Europe/Luxembourg", 60, turns_2), TURNS("Europe/Madrid", 60, turns_2),
    TURNS("Europe/Malta", 60, turns_2), TURNS("Europe/Mariehamn", 120, turns_22), STAYS("Europe/Minsk", 180),
    TURNS("Europe/Monaco", 60, turns_2), STAYS("Europe/Moscow", 180), TURNS("Europe/Nicosia", 120, turns_22),
    TURNS("Europe/Oslo", 60, turns_2), TURNS("Europe/Paris", 60, turns_2), TURNS("Europe/Podgorica", 60, turns_2),
    TURNS("Europe/Prague", 60, turns_2), TURNS("Europe/Riga", 120, turns_22), TURNS("Europe/Rome", 60, turns_2),
    STAYS("Europe/Samara", 240), TURNS("Europe/San_Marino", 60, turns_2), TURNS("Europe/Sarajevo", 60, turns_2),
    STAYS("Europe/Saratov", 240), STAYS("Europe/Simferopol", 180), TURNS("Europe/Skopje", 60, turns_2),
    TURNS("Europe/Sofia", 120, turns_22), TURNS("Europe/Stockholm", 60, turns_2), TURNS("Europe/Tallinn", 120, turns_22),
    TURNS("Europe/Tirane", 60, turns_2), TURNS("Europe/Tiraspol", 120, turns_22), STAYS("Europe/Ulyanovsk", 240),
    TURNS("Europe/Uzhgorod", 120, turns_22), TURNS("Europe/Vaduz", 60, turns_2), TURNS("Europe/Vatican", 60, turns_2),
    TURNS("Europe/Vienna", 60, turns_2), TURNS("Europe/Vilnius", 120, turns_22), STAYS("Europe/Volgograd", 180),
    TURNS("Europe/Warsaw", 60, turns_2), TURNS("Europe/Zagreb", 60, turns_2), TURNS("Europe/Zaporozhye", 120, turns_22),
    TURNS("Europe/Zurich", 60, turns_2), TURNS("GB", 0, turns_26), TURNS("GB-Eire", 0, turns_26), STAYS("GMT", 0), STAYS("GMT+0", 0),
    STAYS("GMT-0", 0), STAYS("GMT0", 0), STAYS("Greenwich", 0), STAYS("HST", -600), STAYS("Hongkong", 480), STAYS("Iceland", 0),
    STAYS("Indian/Antananarivo", 180), STAYS("Indian/Chagos", 360), STAYS("Indian/Christmas", 420), STAYS("Indian/Cocos", 390),
    STAYS("Indian/Comoro", 180), STAYS("Indian/Kerguelen", 300), STAYS("Indian/Mahe", 240), STAYS("Indian/Maldives", 300),
    STAYS("Indian/Mauritius", 240), STAYS("Indian/Mayotte", 180), STAYS("Indian/Reunion", 240), STAYS("Iran", 210),
    TURNS("Israel", 120, turns_24), STAYS("Jamaica", -300), STAYS("Japan", 540), STAYS("Kwajalein", 720), STAYS("Libya", 120),
    TURNS("MET", 60, turns_2), STAYS("MST", -420), TURNS("MST7MDT", -420, turns_5), TURNS("Mexico/BajaNorte", -480, turns_9),
    STAYS("Mexico/BajaSur", -420), STAYS("Mexico/General", -360), TURNS("NZ", 780, turns_19), TURNS("NZ-CHAT", 825, turns_30),
    TURNS("Navajo", -420, turns_5), STAYS("PRC", 480), TURNS("PST8PDT", -480, turns_9), STAYS("Pacific/Apia", 780),
    TURNS("Pacific/Auckland", 780, turns_19), STAYS("Pacific/Bougainville", 660), TURNS("Pacific/Chatham", 825, turns_30),
    STAYS("Pacific/Chuuk", 600), TURNS("Pacific/Easter", -300, turns_29), STAYS("Pacific/Efate", 660), STAYS("Pacific/Enderbury", 780),
    STAYS("Pacific/Fakaofo", 780), STAYS("Pacific/Fiji", 720), STAYS("Pacific/Funafuti", 720), STAYS("Pacific/Galapagos", -360),
    STAYS("Pacific/Gambier", -540), STAYS("Pacific/Guadalcanal", 660), STAYS("Pacific/Guam", 600), STAYS("Pacific/Honolulu", -600),
    STAYS("Pacific/Johnston", -600), STAYS("Pacific/Kanton", 780), STAYS("Pacific/Kiritimati", 840), STAYS("Pacific/Kosrae", 660),
    STAYS("Pacific/Kwajalein", 720), STAYS("Pacific/Majuro", 720), STAYS("Pacific/Marquesas", -570), STAYS("Pacific/Midway", -660),
    STAYS("Pacific/Nauru", 720), STAYS("Pacific/Niue", -660), TURNS("Pacific/Norfolk", 720, turns_31), STAYS("Pacific/Noumea", 660),
    STAYS("Pacific/Pago_Pago", -660), STAYS("Pacific/Palau", 540), STAYS("Pacific/Pitcairn", -480), STAYS("Pacific/Pohnpei", 660),
    STAYS("Pacific/Ponape", 660), STAYS("Pacific/Port_Moresby", 600), STAYS("Pacific/Rarotonga", -600), STAYS("Pacific/Saipan", 600),
    STAYS("Pacific/Samoa", -660), STAYS("Pacific/Tahiti", -600), STAYS("Pacific/Tarawa", 720), STAYS("Pacific/Tongatapu", 780),
    STAYS("Pacific/Truk", 600), STAYS("Pacific/Wake", 720), STAYS("Pacific/Wallis", 720), STAYS("Pacific/Yap", 600),
    TURNS("Poland", 60, turns_2), TURNS("Portugal", 0, turns_26), STAYS("ROC", 480), STAYS("ROK", 540), STAYS("Singapore", 480),
    STAYS("Turkey", 180), STAYS("UCT", 0), TURNS("US/Alaska", -540, turns_4), TURNS("US/Aleutian", -600, turns_3),
    STAYS("US/Arizona", -420), TURNS("US/Central", -360, turns_6), TURNS("US/East-Indiana", -300, turns_7),
    TURNS("US/Eastern", -300, turns_7), STAYS("US/Hawaii", -600), TURNS("US/Indiana-Starke", -360, turns_6),
    TURNS("US/Michigan", -300, turns_7), TURNS("US/Mountain", -420, turns_5), TURNS("US/Pacific", -480, turns_9), STAYS("US/Samoa", -660),
    STAYS("UTC", 0), STAYS("Universal", 0), STAYS("W-SU", 180), TURNS("WET", 0, turns_26), STAYS("Zulu", 0),
};
/* clang-format on */

const size_t zone_row_count = sizeof zone_rows / sizeof zone_rows[0];
const char zones_release[] = "2026f";
