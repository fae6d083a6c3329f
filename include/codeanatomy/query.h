/* The embedding interface for questions: one SELECT over a build, in and out as documents.
 *
 *   char* response = NULL;
 *   int status = codeanatomy_query(
 *       "{\"build_dir\": \".codeanatomy\", \"statement\": \"SELECT 1 AS n\"}", &response);
 *
 * Beside what `codeanatomy sql` accepts, a request may define functions for its own statement and
 * load plugins. Documents: docs/formats/embedding.md. The response is given back to
 * codeanatomy_free (run_build.h). */
#ifndef CODEANATOMY_QUERY_H
#define CODEANATOMY_QUERY_H

#include "codeanatomy/run_build.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Runs a request. 0: `*response_json` has the rows; otherwise the exit status of the program for
 * the same error, and the document has the member `error`. */
int codeanatomy_query(const char* request_json, char** response_json);

#ifdef __cplusplus
}
#endif

#endif /* CODEANATOMY_QUERY_H */
