using Microsoft.ML.VideoMamba.Kernels.Embedding;
using Microsoft.ML.VideoMamba.Kernels.Inference;
using Microsoft.ML.VideoMamba.TestCommon;
using static TorchSharp.torch;

namespace Microsoft.ML.VideoMamba.Kernels.Tests.Cuda;

/// <summary>The fused embedding against its steps one by one in float64, tokens and every gradient.</summary>
[TestClass]
[TestCategory(TestCategories.Gpu)]
[DoNotParallelize]
public sealed class EmbeddingGpuTests
{
    // Batch, colours, frames, height, width, tubelet, patch, step, embed: clips and images, tubelets and what they leave over, overlapping and far patches, widths and
    // channels that are no multiples of four, one token, and enough tokens that the weight's gradient comes in pieces.
    [TestMethod]
    [DataRow(1, 1, 1, 4, 4, 1, 4, 4, 4)]
    [DataRow(3, 3, 5, 16, 24, 2, 8, 8, 192)]
    [DataRow(2, 3, 3, 15, 13, 1, 5, 5, 20)]
    [DataRow(5, 2, 1, 18, 22, 1, 4, 3, 33)]
    [DataRow(2, 3, 1, 24, 24, 1, 4, 8, 12)]
    [DataRow(65, 1, 8, 16, 16, 1, 8, 8, 64)]
    public void EqualsItsStepsInFloat64(int batch, int colours, int frames, int height, int width, int tubelet, int patch, int step, int embed)
    {
        Gpu.Require();
        var grid = new PatchGrid(colours, frames, height, width, tubelet, patch, step);
        foreach (var type in new[] { ScalarType.Float32, ScalarType.BFloat16 })
        {
            foreach (var pixels in new[] { ScalarType.Float32, ScalarType.BFloat16 })
            {
                using var scope = NewDisposeScope();
                Float64Comparison.Assert(
                    Operands(batch, grid, embed, type, pixels), of => [Steps(of, grid)], of => [TokenEmbedding.Run(of["clips"]!, grid, Parameters(of))], CUDA,
                    _ => type == ScalarType.Float32 && pixels == ScalarType.Float32 ? 1e-5 : 1e-2, constants: ["clips"]);
            }
        }
    }

    [TestMethod]
    public void ImagesHaveNoTemporalPositions()
    {
        Gpu.Require();
        using var scope = NewDisposeScope();
        var grid = new PatchGrid(3, 1, 16, 16, 1, 4, 4);
        var operands = Operands(4, grid, 24, ScalarType.Float32, ScalarType.Float32);
        operands["clips"] = operands["clips"]!.squeeze(2);
        operands.Remove("temporal");
        Float64Comparison.Assert(operands, of => [Steps(of, grid)], of => [TokenEmbedding.Run(of["clips"]!, grid, Parameters(of))], CUDA, _ => 1e-5, constants: ["clips"]);
    }

    [TestMethod]
    public void ClipsOfAnyStridesAndPlacesAreTaken()
    {
        Gpu.Require();
        using var scope = NewDisposeScope();
        var grid = new PatchGrid(2, 2, 8, 8, 1, 4, 4);
        var operands = Operands(2, grid, 16, ScalarType.BFloat16, ScalarType.Float32).ToDictionary(item => item.Key, item => item.Value?.cuda());
        var clips = operands["clips"]!;
        var expected = TokenEmbedding.Run(clips, grid, Parameters(operands));

        var turned = clips.transpose(3, 4).contiguous().transpose(3, 4);
        var shifted = empty([clips.numel() + 1], device: CUDA).narrow(0, 1, clips.numel()).view(clips.shape);
        shifted.copy_(clips);

        foreach (var same in new[] { turned, shifted }) Assert.IsTrue(expected.equal(TokenEmbedding.Run(same, grid, Parameters(operands))).all().item<bool>());
    }

    [TestMethod]
    public void ClipsWhoseGradientIsWantedAndOddSizesAreRefused()
    {
        Gpu.Require();
        using var scope = NewDisposeScope();
        var grid = new PatchGrid(2, 2, 8, 8, 1, 4, 4);
        var operands = Operands(2, grid, 16, ScalarType.Float32, ScalarType.Float32).ToDictionary(item => item.Key, item => item.Value?.cuda());
        var parameters = Parameters(operands);

        Assert.ThrowsExactly<ArgumentException>(() => TokenEmbedding.Run(operands["clips"]!.detach().requires_grad_(true), grid, parameters));
        Assert.ThrowsExactly<ArgumentException>(() => TokenEmbedding.Run(operands["clips"]!, grid with { Height = 12 }, parameters));
        Assert.ThrowsExactly<ArgumentException>(() => TokenEmbedding.Run(operands["clips"]!, grid, parameters with { Spatial = parameters.Bias }));
    }

    private static Dictionary<string, Tensor?> Operands(int batch, PatchGrid grid, int embed, ScalarType type, ScalarType pixels)
    {
        using var generator = new Generator(17);
        Tensor Normal(params long[] shape) => randn(shape, generator: generator);
        long patches = (long)grid.Rows * grid.Columns;
        return new Dictionary<string, Tensor?>
        {
            ["clips"] = Normal(batch, grid.Colours, grid.Frames, grid.Height, grid.Width).to_type(pixels),
            ["weight"] = (Normal(embed, grid.PatchSize) / Math.Sqrt(grid.PatchSize)).to_type(type),
            ["bias"] = Normal(embed),
            ["class_token"] = Normal(1, 1, embed),
            ["spatial"] = Normal(1, 1 + patches, embed),
            ["temporal"] = Normal(1, grid.Positions / patches, embed),
        };
    }

    private static EmbeddingParameters Parameters(IReadOnlyDictionary<string, Tensor?> of) => new(of["weight"]!, of["bias"]!, of["class_token"]!, of["spatial"]!, of.GetValueOrDefault("temporal"));

    private static Tensor Steps(IReadOnlyDictionary<string, Tensor?> of, PatchGrid grid)
    {
        var (clips, spatial) = (of["clips"]!, of["spatial"]!);
        var frames = clips.dim() == 4 ? clips.unsqueeze(2) : clips;
        var patches = frames.unfold(2, grid.Tubelet, grid.Tubelet).unfold(3, grid.Patch, grid.Step).unfold(4, grid.Patch, grid.Step);
        var rows = nn.functional.linear(patches.permute(0, 2, 3, 4, 1, 5, 6, 7).flatten(4).flatten(1, 3), of["weight"]!, of["bias"]!);
        var positions = spatial.narrow(1, 1, spatial.shape[1] - 1).unsqueeze(1);
        if (of.GetValueOrDefault("temporal") is { } temporal) positions += temporal.unsqueeze(2);
        var first = of["class_token"]! + spatial.narrow(1, 0, 1);
        return cat([first.expand(clips.shape[0], -1, -1), rows + positions.flatten(1, 2)], 1);
    }
}
