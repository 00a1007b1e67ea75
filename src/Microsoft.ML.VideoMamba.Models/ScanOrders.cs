namespace Microsoft.ML.VideoMamba.Models;

/// <summary>What an order of the whole network means for one layer.</summary>
public static class ScanOrders
{
    /// <summary>The order of one layer: orders that change from layer to layer become spatial-first or temporal-first, others stay.</summary>
    /// <param name="order">The network's order.</param>
    /// <param name="layer">From 0.</param>
    /// <param name="depth">Layers of the network; of an odd number the middle one belongs to the second half.</param>
    public static ScanOrder OfLayer(this ScanOrder order, int layer, int depth) => order switch
    {
        ScanOrder.HalfSpatialHalfTemporal => layer < depth / 2 ? ScanOrder.SpatialFirst : ScanOrder.TemporalFirst,
        ScanOrder.HalfTemporalHalfSpatial => layer < depth / 2 ? ScanOrder.TemporalFirst : ScanOrder.SpatialFirst,
        ScanOrder.Alternating => layer % 2 == 0 ? ScanOrder.SpatialFirst : ScanOrder.TemporalFirst,
        _ => order,
    };
}
