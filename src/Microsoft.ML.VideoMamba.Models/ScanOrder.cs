namespace Microsoft.ML.VideoMamba.Models;

/// <summary>
/// The order in which a block's scan walks the patch tokens of a clip (paper, figure 4). The class token always comes first; both directions follow the order.
/// </summary>
public enum ScanOrder
{
    /// <summary>Frame by frame, each row by row: the default, and the only order of the published weights.</summary>
    SpatialFirst,

    /// <summary>Place by place, each along all frames.</summary>
    TemporalFirst,

    /// <summary>
    /// The first half of d_inner spatial-first, the second half temporal-first, convolution included: the second half is permuted once between in_proj and
    /// out_proj, so a step's dt, B and C come from the two tokens that the halves meet at that step. The paper leaves the detail open: this is our reading.
    /// </summary>
    SpatioTemporalV1,

    /// <summary>
    /// One set of weights walks both orders and the two outputs are summed before out_proj: no new parameters, about twice the scan. The paper leaves the
    /// detail open: this is our reading.
    /// </summary>
    SpatioTemporalV2,

    /// <summary>The first half of the layers spatial-first, the others (of an odd number the middle one too) temporal-first.</summary>
    HalfSpatialHalfTemporal,

    /// <summary>The first half of the layers temporal-first, the others (of an odd number the middle one too) spatial-first.</summary>
    HalfTemporalHalfSpatial,

    /// <summary>Even layers (from 0) spatial-first, odd ones temporal-first.</summary>
    Alternating,
}
