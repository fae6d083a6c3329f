/* The embedding interface: one request document in, one response document out.
 *
 *   char* response = NULL;
 *   int status = codeanatomy_run_build(
 *       "{\"spec_json\": \"…\", \"input_dir\": \"a\", \"output_dir\": \"b\"}", &response);
 *   puts(response);
 *   codeanatomy_free(response);
 *
 * Executes an execution spec over the Delta tables of a build and publishes its outputs in a folder
 * of their own: the same way as `codeanatomy run`. Documents: docs/formats/embedding.md.
 *
 * Plain C, so that every language can call it. Nothing is global: calls from several threads do not
 * affect each other, and of two into one output folder the second ends with OUTPUT_LOCKED. Nothing
 * is printed. */
#ifndef CODEANATOMY_RUN_BUILD_H
#define CODEANATOMY_RUN_BUILD_H

#ifdef __cplusplus
extern "C" {
#endif

/* The version of the library, "0.1.0"; static. */
const char* codeanatomy_version(void);

/* The version of both documents: `contract_version` of the response. */
#define CODEANATOMY_CONTRACT_VERSION 3

/* Runs a request. 0: the outputs are published and `*response_json` tells of them; otherwise the
 * exit status of the program for the same error, nothing is published, and the document has the
 * member `error`. The document is UTF-8, ends with a zero byte and belongs to the caller, who gives
 * it back to codeanatomy_free; it is NULL only where memory ran out. `request_json` is UTF-8 and
 * ends with a zero byte. */
int codeanatomy_run_build(const char* request_json, char** response_json);

/* Gives a response back; NULL is allowed. */
void codeanatomy_free(char* response_json);

#ifdef __cplusplus
}
#endif

#endif /* CODEANATOMY_RUN_BUILD_H */
