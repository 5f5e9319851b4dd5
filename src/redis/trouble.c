/* Redis tells its trouble as a text whose first word is a code; inside a script the code stands behind other words (Redis 6). So the code
 * is looked for anywhere in the text, the longest histories first, and each has its remedy here. */
#include "trouble.h"

struct trouble {
  const char *code;
  enum status status;
  const char *remedy;
};

static const struct trouble troubles[] = {
    {"WRONGPASS", STATUS_USAGE, "wrong user or password: see redis.user and the first line of redis.password_file"},
    {"invalid password", STATUS_USAGE, "wrong password: see the first line of redis.password_file"},
    {"without any password configured", STATUS_USAGE, "it asks for no password: remove redis.password_file, or set requirepass or a user"},
    {"NOAUTH", STATUS_USAGE, "it asks for a password: set redis.password_file (and redis.user)"},
    {"NOPERM", STATUS_USAGE, "the user may not do this: grant what schemas/redis.md lists under access"},
    {"ACL failure in script", STATUS_USAGE, "the user may not do this: grant what schemas/redis.md lists under access"},
    {"user executing the script", STATUS_USAGE, "the user may not do this: grant what schemas/redis.md lists under access"},
    {"DENIED", STATUS_USAGE, "protected mode: give Redis a password or bind it to an address giftd may reach"},
    {"DB index is out of range", STATUS_USAGE, "it has no such database: see redis.database"},
    {"SELECT is not allowed", STATUS_USAGE, "a cluster has only database 0: see redis.database"},
    {"MOVED", STATUS_USAGE, "this is a cluster and the shard's keys live on another node: name single servers in redis.servers"},
    {"CROSSSLOT", STATUS_USAGE, "this is a cluster that does not keep the shard's keys together: name single servers in redis.servers"},
    {"FOREIGN", STATUS_STATE, "the segment there is of another giftd: choose another redis.name, or delete its keys if nobody needs them"},
    {"WRONGTYPE", STATUS_STATE, "a key of giftd's is not what giftd wrote: somebody else uses these names; choose another redis.name"},
    {"READONLY", STATUS_SERVICE, "it is a replica: redis.servers must name the primary (after a failover: its new address)"},
    {"OOM", STATUS_SERVICE, "it is full: raise maxmemory (nothing is lost: the log has all of it)"},
    {"LOADING", STATUS_SERVICE, "it is still loading its data"},
    {"MASTERDOWN", STATUS_SERVICE, "it is a replica that has lost its primary: redis.servers must name the primary"},
    {"MISCONF", STATUS_SERVICE, "it cannot save its snapshot and takes no writes: repair its disk or set stop-writes-on-bgsave-error no"},
    {"NOREPLICAS", STATUS_SERVICE, "it has fewer replicas than min-replicas-to-write"},
    {"CLUSTERDOWN", STATUS_SERVICE, "the cluster is down"},
    {"BUSY", STATUS_SERVICE, "another program's script keeps it busy"},
    {"NOSCRIPT", STATUS_SERVICE, "it has forgotten giftd's script (restarted, or SCRIPT FLUSH): it is loaded again at the next attempt"},
    {"max number of clients", STATUS_SERVICE, "it takes no more connections: raise maxclients"},
    {"unknown command", STATUS_USAGE, "it does not know a command giftd needs: version 6 or newer is needed, no command renamed"},
};

static bool error_holds(struct str error, const char *code) { return str_find(error, str_of(code)) != NULL; }

enum status trouble_told(struct str error, struct fault *fault) {
  if (error.length > 300) error.length = 300; /* the rest is the server's own words */
  for (size_t i = 0; i < sizeof troubles / sizeof troubles[0]; i++) {
    const struct trouble *trouble = &troubles[i];
    if (error_holds(error, trouble->code))
      return fault_set(fault, trouble->status, "%s (it says: %.*s)", trouble->remedy, STR_FORMAT(error));
  }
  return fault_set(fault, STATUS_SERVICE, "refused: %.*s", STR_FORMAT(error));
}
