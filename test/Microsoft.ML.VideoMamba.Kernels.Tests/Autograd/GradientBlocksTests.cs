using Microsoft.ML.VideoMamba.Kernels.Autograd;
using Microsoft.ML.VideoMamba.Kernels.Cuda;
using Microsoft.ML.VideoMamba.Kernels.Runtime;
using static TorchSharp.torch;

namespace Microsoft.ML.VideoMamba.Kernels.Tests.Autograd;

/// <summary>Where parameters' gradients go. Addresses in main memory serve as well as those on a card.</summary>
[TestClass]
[DoNotParallelize]
public sealed class GradientBlocksTests
{
    static GradientBlocksTests() => TorchRuntime.EnsureLoaded();

    [TestMethod]
    public void AParameterOfAnOpenBlockHasItsPlaceThere()
    {
        using var scope = NewDisposeScope();
        var (values, gradients, rounded, roundedGradients, wide) = (zeros(100), zeros(100), zeros([100], ScalarType.BFloat16), zeros([100], ScalarType.BFloat16), zeros(100));
        var other = zeros([100], ScalarType.BFloat16);

        using (GradientBlocks.Open((values, gradients), (rounded, roundedGradients), (other, wide)))
        {
            Assert.AreEqual(new GradientPlace(DeviceMemory.Address(gradients), Float32: true, Adds: true), GradientBlocks.PlaceOf(DeviceMemory.Address(values)));
            Assert.AreEqual(DeviceMemory.Address(gradients, 17), GradientBlocks.PlaceOf(DeviceMemory.Address(values, 17))!.Value.Address);
            Assert.AreEqual(new GradientPlace(DeviceMemory.Address(roundedGradients, 99), Float32: false, Adds: true), GradientBlocks.PlaceOf(DeviceMemory.Address(rounded, 99)));
            Assert.AreEqual(new GradientPlace(DeviceMemory.Address(wide, 32), Float32: true, Adds: true), GradientBlocks.PlaceOf(DeviceMemory.Address(other, 32)));
            Assert.IsNull(GradientBlocks.PlaceOf(0));
            Assert.IsNull(GradientBlocks.PlaceOf(DeviceMemory.Address(values) - 1), "Ahead of the block");
        }

        Assert.IsNull(GradientBlocks.PlaceOf(DeviceMemory.Address(values)), "Closed");
    }

    [TestMethod]
    public void SeveralOwnersMayBeOpenAtOnce()
    {
        using var scope = NewDisposeScope();
        var (first, second) = (zeros(8), zeros(8));
        var opened = GradientBlocks.Open((first, zeros_like(first)));
        using (GradientBlocks.Open((second, zeros_like(second))))
        {
            opened.Dispose();
            Assert.IsNull(GradientBlocks.PlaceOf(DeviceMemory.Address(first)));
            Assert.IsNotNull(GradientBlocks.PlaceOf(DeviceMemory.Address(second)));
        }
    }

    [TestMethod]
    public void BlocksThatDifferAreRefused()
    {
        using var scope = NewDisposeScope();
        Assert.ThrowsExactly<ArgumentException>(() => GradientBlocks.Open((zeros(8), zeros(9))));
        Assert.ThrowsExactly<ArgumentException>(() => GradientBlocks.Open((zeros(8), zeros([8], ScalarType.Float64))));
    }

    [TestMethod]
    public void OnlyGradientsWithoutAPlaceAreTensors()
    {
        using var scope = NewDisposeScope();
        var (values, gradients, apart) = (zeros(12), zeros(12), zeros([3, 4], ScalarType.BFloat16));
        nint[] addresses = ParameterGradients.AddressesOf([values.narrow(0, 4, 8).requires_grad_(true), apart.requires_grad_(true), values.detach(), null]);
        CollectionAssert.AreEqual(new[] { DeviceMemory.Address(values, 4), DeviceMemory.Address(apart), 0, 0 }, addresses);
        var made = new ParameterGradients(addresses, CPU);

        using (GradientBlocks.Open((values, gradients)))
        {
            Assert.AreEqual(new GradientPlace(DeviceMemory.Address(gradients, 4), Float32: true, Adds: true), made.PlaceOf(0, ScalarType.Float32, 8));
            var place = made.PlaceOf(1, ScalarType.BFloat16, 3, 4);
            Assert.AreEqual(new GradientPlace(DeviceMemory.Address(made.Tensors[1]), Float32: false, Adds: false), place);
            Assert.AreEqual(DeviceMemory.Address(made.Tensors[1]!, 5), place.From(5).Address);
            Assert.AreEqual(place with { Adds = true }, made.PlaceOf(1, ScalarType.BFloat16, 3, 4));
            made.PlaceOf(2, ScalarType.Float32, 12);
        }

        Assert.IsNull(made.Tensors[0]);
        CollectionAssert.AreEqual(new long[] { 3, 4 }, made.Tensors[1]!.shape);
        Assert.AreEqual(ScalarType.BFloat16, made.Tensors[1]!.dtype);
        Assert.IsNotNull(made.Tensors[2], "A parameter without a gradient must not be moved.");
        Assert.IsNull(made.Tensors[3]);
    }

    [TestMethod]
    public void AParameterThatComesTwiceIsLeftToTorch()
    {
        using var scope = NewDisposeScope();
        var (twice, once) = (zeros(8).requires_grad_(true), zeros(8).requires_grad_(true));

        CollectionAssert.AreEqual(new[] { 0, DeviceMemory.Address(once), 0 }, ParameterGradients.AddressesOf([twice, once, twice.alias()]));
    }

    [TestMethod]
    [DataRow(50_208, 48, 48)]
    [DataRow(50_208, 8, 8)]
    [DataRow(1_569, 48, 3)]
    [DataRow(1_000, 48, 1)]
    [DataRow(1_024, 0, 1)]
    [DataRow(1, 48, 1)]
    public void PiecesAreEqualAndNotTooShort(int tokens, int most, int expected) => Assert.AreEqual(expected, TokenPieces.Of(tokens, most));
}
