using Microsoft.ML.Runtime;
using Microsoft.ML.VideoMamba.Interop;

namespace Microsoft.ML.VideoMamba.Trainers;

/// <summary>A user's token and a host's cancellation (AutoML's way) as one token. The host can only be asked, so it is at every step and ten times a second.</summary>
internal sealed class HostCancellation : IDisposable
{
    private readonly IHost _host;
    private readonly CancellationTokenSource _source;
    private readonly Timer _timer;

    public HostCancellation(IHost host, CancellationToken token)
    {
        _host = host;
        _source = CancellationTokenSource.CreateLinkedTokenSource(token);
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
        if (_source.IsCancellationRequested) throw new OperationCanceledException("Operation was cancelled", _source.Token);
    }

    public void Dispose()
    {
        // No call of the timer may come after the source is gone.
        using var ended = new ManualResetEvent(false);
        if (_timer.Dispose(ended)) ended.WaitOne();
        _source.Dispose();
    }
}
