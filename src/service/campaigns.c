/* Campaigns of a service: loaded at the start, and again on SIGHUP, when the new ones are taken only if all of them are right and mean what
 * the old ones meant; else the old ones stay and the reasons are told. */
#include <stdlib.h>

#include "giftd/load/approvals.h"
#include "key_tell.h"
#include "parts.h"

static void change_say(void *self, const char *line) { service_say(self, LOG_LEVEL_ERROR, NO_SHARD, "%s", line); }

static enum status terms_make(struct service *service, struct campaigns *campaigns, struct fault *fault) {
  const struct judge_settings *judge = &service->settings.judge;
  campaigns->terms = terms_open(&campaigns->loaded, judge->memory_ms + judge->horizon_ms, change_say, service);
  return campaigns->terms != NULL ? STATUS_OK : fault_set(fault, STATUS_STORAGE, "no memory");
}

/* Last of all that is asked of files: what would be refused for another reason is not worth signing. */
static enum status signatures_check(struct service *service, struct loaded *loaded, struct fault *fault) {
  const struct service_settings *settings = &service->settings;
  const uint32_t before = loaded->findings.count;
  uint32_t missing = 0;
  const enum status status = approvals_lint(settings->campaigns, settings->campaign_count, loaded, &missing, fault);
  if (loaded->findings.count > before) findings_say(service, &loaded->findings);
  if (status != STATUS_OK || missing == 0) return status;
  return fault_set(fault, STATUS_INPUT, "%u campaign%s not signed by all who have to sign: `giftd campaign approvals` lists them", missing,
                   missing == 1 ? " is" : "s are");
}

/* What was read is looked at: `status` and `fault` say how that went. */
static enum status campaigns_fill(struct service *service, struct campaigns *out, enum status status, struct fault *fault) {
  const struct service_settings *settings = &service->settings;
  const struct engine *engine = &service->engine;
  if (status == STATUS_INPUT) findings_say(service, &out->loaded.findings);
  if (status == STATUS_OK) status = judge_check(out->loaded.rulebook, &settings->judge, fault);
  if (status == STATUS_OK) status = draws_check(out->loaded.rulebook, &settings->judge, fault);
  if (status == STATUS_OK && engine->may_run != NULL) status = engine->may_run(engine->self, out->loaded.rulebook, fault);
  if (status == STATUS_OK) status = signatures_check(service, &out->loaded, fault);
  return status == STATUS_OK ? terms_make(service, out, fault) : status;
}

enum status campaigns_open(struct service *service, struct campaigns **out, struct fault *fault) {
  *out = calloc(1, sizeof **out);
  if (*out == NULL) return fault_set(fault, STATUS_STORAGE, "no memory");
  const struct service_settings *settings = &service->settings;
  enum status status = load_open(settings->campaigns, settings->campaign_count, &(*out)->loaded, fault);
  status = campaigns_fill(service, *out, status, fault);
  if (status == STATUS_OK) return STATUS_OK;
  campaigns_close(*out);
  *out = NULL;
  return status;
}

void campaigns_close(struct campaigns *campaigns) {
  if (campaigns == NULL) return;
  terms_close(campaigns->terms);
  load_close(&campaigns->loaded);
  free(campaigns);
}

static void warning_say(void *self, const char *text) { service_say(self, LOG_LEVEL_WARNING, NO_SHARD, "%s", text); }

void key_warn(struct service *service, const struct rulebook *before) {
  if (service->settings.number > 0) return;
  key_tell(service->settings.key, service->campaigns->loaded.rulebook, before, warning_say, service);
}

/* Told after watchers know: who reads the log asks /readyz at once. */
static void taken_tell(struct service *service, const struct rulebook *before) {
  const struct rulebook *rulebook = service->campaigns->loaded.rulebook;
  service->refused_ms = 0;
  watch_reloaded(service);
  service_say(service, LOG_LEVEL_INFO, NO_SHARD, "campaigns read again: %u of them, rulebook %.*s", rulebook->campaign_count,
              STR_FORMAT(rulebook->digest));
  key_warn(service, before);
}

void campaigns_refuse(struct service *service, const struct fault *fault) {
  service->refused_ms = clock_wall_ms();
  watch_reloaded(service);
  service_say(service, LOG_LEVEL_ERROR, NO_SHARD, "the new campaigns are not taken, the old ones go on: %s", fault->text);
}

void campaigns_take(struct service *service, struct campaigns *fresh, enum status status, struct fault *fault) {
  struct campaigns *before = service->campaigns;
  status = campaigns_fill(service, fresh, status, fault);
  if (status == STATUS_OK) status = service->engine.swap(service->engine.self, fresh, fault);
  if (status != STATUS_OK) {
    campaigns_refuse(service, fault);
    campaigns_close(fresh);
    return;
  }
  service->campaigns = fresh;
  taken_tell(service, before->loaded.rulebook);
  campaigns_close(before);
}
