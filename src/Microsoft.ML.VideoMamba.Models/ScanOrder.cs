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
    /// The first half of d_inner spatial-first, the second half temporal-first, convolution included. The paper leaves the detail open: this is our reading.
    /// </summary>
    SpatioTemporalV1,

    /// <summary>
    /// One set of weights walks both orders and the two outputs are summed before out_proj: no new parameters, about twice the scan. The paper leaves the
    /// detail open: this is our reading.
    /// </summary>
    SpatioTemporalV2,

    /// <summary>The first half of the layers spatial-first, the others temporal-first.</summary>
    HalfSpatialHalfTemporal,

    /// <summary>The first half of the layers temporal-first, the others spatial-first.</summary>
    HalfTemporalHalfSpatial,

    /// <summary>Even layers (from 0) spatial-first, odd ones temporal-first.</summary>
    Alternating,
}
