using Microsoft.ML.VideoMamba.Kernels.Cuda;

namespace Microsoft.ML.VideoMamba.Kernels.Tests.Cuda;

[TestClass]
public sealed class GridTests
{
    [TestMethod]
    [DataRow(1L, 64, 1)]
    [DataRow(64L, 64, 1)]
    [DataRow(65L, 64, 2)]
    [DataRow(12545L, 8, 1569)]
    public void CoversASizeWithPieces(long size, int piece, int pieces) => Assert.AreEqual(pieces, Grid.Cover(size, piece));

    [TestMethod]
    [DataRow(0L, 1L, 1L, "x")]
    [DataRow(1L, 65536L, 1L, "y")]
    [DataRow(1L, 1L, 65536L, "z")]
    public void WhatNoLaunchTakesIsNamed(long x, long y, long z, string axis) =>
        Assert.AreEqual(axis, Assert.Throws<ArgumentOutOfRangeException>(() => new Grid(x, y, z)).ParamName);

    [TestMethod]
    public void TakesTheLargest()
    {
        var grid = new Grid(int.MaxValue, 65535, 65535);

        Assert.AreEqual(((uint)int.MaxValue, 65535u, 65535u), (grid.X, grid.Y, grid.Z));
    }
}
