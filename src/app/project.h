/* Where the shipped campaigns are, and small things `giftd init` and `giftd demo` both do with folders. */
#ifndef GIFTD_APP_PROJECT_H
#define GIFTD_APP_PROJECT_H

#include "app.h"

#define PROJECT_PATH_BYTES 4096u

/* The folder of the campaigns that demo and init take: beside the sources for a binary in build/PRESET, or share/giftd/demo beside an
 * installed one. STATUS_USAGE names the places that were looked at. */
enum status project_campaigns(char out[PROJECT_PATH_BYTES], struct fault *fault) MUST_USE;
/* The folder whose campaigns are read with what lies in `folder`: that one; or, when it has no bank.json, the nearest of three above it
 * that has one, as far as the path is written. So campaigns may lie in folders below the bank's programme. */
void project_set(struct str folder, char out[PROJECT_PATH_BYTES]);
/* What to type for this program: "giftd" when the shell finds it by that name, else its path. */
void project_program(char out[PROJECT_PATH_BYTES]);
/* "dir/name"; false when that is too long. */
bool project_join(char out[PROJECT_PATH_BYTES], const char *dir, const char *name);
/* A path that does not depend on the current folder; as it stands when it cannot be told. */
void project_absolute(const char *path, char out[PROJECT_PATH_BYTES]);
bool project_is_folder(const char *path);
/* Whether a folder has something in it; a missing one has not. */
bool project_is_filled(const char *path);
/* Makes a folder and those above it. */
enum status project_make(const char *path, struct fault *fault) MUST_USE;
enum status project_write(const char *path, struct str text, struct fault *fault) MUST_USE;
/* A shipped text, without the lines of a story that name the requirements it covers. */
enum status project_copy(const char *from, const char *to, struct fault *fault) MUST_USE;

#endif
