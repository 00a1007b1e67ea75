using Microsoft.ML.Runtime;
using Microsoft.ML.VideoMamba.Interop;

namespace Microsoft.ML.VideoMamba.Datasets;

/// <summary>A host's cancellation as a token. ML.NET only lets one ask, so it is asked at every step and ten times a second.</summary>
internal sealed class HostCancellation : IDisposable
{
    private readonly IHost _host;
    private readonly CancellationTokenSource _source = new();
    private readonly Timer _timer;

    public HostCancellation(IHost host)
    {
        _host = host;
        _timer = new Timer(_ => Ask(), null, TimeSpan.Zero, TimeSpan.FromMilliseconds(100));
    }

    public CancellationToken Token => _source.Token;

    public void Ask()
    {
        if (MLNet.IsCancelled(_host) && !_source.IsCancellationRequested) _source.Cancel();
    }

    public void ThrowIfCancelled()
    {
        Ask();
        if (_source.IsCancellationRequested) throw new OperationCanceledException("Operation was cancelled");
    }

    public void Dispose()
    {
        // No call of the timer may come after the source is gone.
        using var ended = new ManualResetEvent(false);
        if (_timer.Dispose(ended)) ended.WaitOne();
        _source.Dispose();
    }
}
