// Reads Kubernetes manifests from standard input and decodes each strictly by Kubernetes's own types: a member that they do not
// know, or a value of another kind, ends it with 1. test/deploy/kubernetes.test.ts runs it at night.
package main

import (
	"bytes"
	"fmt"
	"io"
	"os"

	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/serializer"
	"k8s.io/client-go/kubernetes/scheme"
)

func main() {
	input, err := io.ReadAll(os.Stdin)
	if err != nil {
		fail(err)
	}
	strict := serializer.NewCodecFactory(scheme.Scheme, serializer.EnableStrict).UniversalDeserializer()
	count := 0
	for _, document := range bytes.Split(input, []byte("\n---\n")) {
		if len(bytes.TrimSpace(document)) == 0 {
			continue
		}
		var object runtime.Object
		if object, _, err = strict.Decode(document, nil, nil); err != nil {
			fail(err)
		}
		_ = object
		count++
	}
	fmt.Printf("%d objects\n", count)
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}
