package uploads

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
)

func TestATraceShowsWhatIsDoneWithFilesButNotWhich(t *testing.T) {
	t.Parallel()
	onEachStore(t, func(t *testing.T, open func(t *testing.T) storeWithFiles) {
		spans := tracetest.NewSpanRecorder()
		tracer := sdktrace.NewTracerProvider(sdktrace.WithSpanProcessor(spans)).Tracer("test")
		ctx, root := tracer.Start(t.Context(), "request")
		s := open(t)
		key, _, err := s.Save(ctx, JobDescription, strings.NewReader(pdf), 1<<20)
		require.NoError(t, err)
		file, err := s.ToTempFile(ctx, key)
		require.NoError(t, err)
		require.NoError(t, file.Close())
		require.NoError(t, s.Delete(ctx, key))
		root.End()
		var names []string
		for _, span := range spans.Ended() {
			names = append(names, span.Name())
			for _, attribute := range span.Attributes() {
				require.NotContains(t, attribute.Value.String(), key)
			}
		}
		require.Equal(t, []string{"uploads write", "uploads open", "uploads fetch", "uploads delete", "request"}, names)
	})
}
