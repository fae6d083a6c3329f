/* Runs one request document and prints the response: the embedding interface from plain C.
 *
 *   build/release/embed_example request.json
 *   build/release/embed_example --query request.json */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "codeanatomy/query.h"
#include "codeanatomy/run_build.h"

static char* ReadAll(const char* path) {
  FILE* file = fopen(path, "rb");
  if (file == NULL) return NULL;
  size_t size = 0, space = 1 << 12;
  char* text = malloc(space + 1);
  while (text != NULL) {
    const size_t got = fread(text + size, 1, space - size, file);
    size += got;
    if (got == 0) break;
    if (size < space) continue;
    space *= 2;
    char* larger = realloc(text, space + 1);
    if (larger == NULL) free(text);
    text = larger;
  }
  fclose(file);
  if (text != NULL) text[size] = '\0';
  return text;
}

int main(int argc, char** argv) {
  const int is_query = argc == 3 && strcmp(argv[1], "--query") == 0;
  if (argc != 2 && !is_query) {
    fprintf(stderr, "usage: %s [--query] REQUEST.json (library %s)\n", argv[0], codeanatomy_version());
    return 2;
  }
  char* request = ReadAll(argv[argc - 1]);
  if (request == NULL) {
    fprintf(stderr, "%s: cannot read %s\n", argv[0], argv[argc - 1]);
    return 2;
  }
  char* response = NULL;
  const int status = is_query ? codeanatomy_query(request, &response)
                              : codeanatomy_run_build(request, &response);
  if (response != NULL) puts(response);
  codeanatomy_free(response);
  free(request);
  return status;
}
