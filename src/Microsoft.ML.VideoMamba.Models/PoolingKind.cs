namespace Microsoft.ML.VideoMamba.Models;

/// <summary>Which features of a clip an embedding holds.</summary>
public enum PoolingKind
{
    /// <summary>The normed class token: what the head sees. (batch, embed_dim)</summary>
    Cls,

    /// <summary>The mean of the normed patch tokens. (batch, embed_dim)</summary>
    Mean,

    /// <summary>For each temporal position the mean of its normed patch tokens. (batch, temporal positions, embed_dim)</summary>
    Frames,

    /// <summary>All normed tokens, class token first. (batch, tokens, embed_dim)</summary>
    Tokens,

    /// <summary>The class token of the stream after a given layer, under the final norm. (batch, embed_dim)</summary>
    Layer,
}
