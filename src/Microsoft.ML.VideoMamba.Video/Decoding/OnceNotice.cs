namespace Microsoft.ML.VideoMamba.Video.Decoding;

/// <summary>A line that is said once to everyone who listens, also to those who come after it was said.</summary>
internal sealed class OnceNotice
{
    private readonly Lock _lock = new();
    private readonly List<Action<string>> _waiting = [];
    private string? _line;

    public void Add(Action<string> listener)
    {
        lock (_lock)
        {
            if (_line is null)
            {
                _waiting.Add(listener);
                return;
            }
        }

        listener(_line);
    }

    public void Give(string line)
    {
        Action<string>[] listeners;
        lock (_lock)
        {
            if (_line is not null) return;
            _line = line;
            listeners = [.. _waiting];
            _waiting.Clear();
        }

        foreach (var listener in listeners) listener(line);
    }
}
