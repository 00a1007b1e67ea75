using Microsoft.ML.VideoMamba.Models;
using Microsoft.ML.VideoMamba.Trainers;
using Microsoft.ML.VideoMamba.Training;
using Microsoft.ML.VideoMamba.Training.Augmentation;
using Microsoft.ML.VideoMamba.Training.Distillation;
using Microsoft.ML.VideoMamba.Training.Experiments;
using Microsoft.ML.VideoMamba.Training.Losses;
using Microsoft.ML.VideoMamba.Training.Mixing;
using Microsoft.ML.VideoMamba.Training.Optimization;
using Microsoft.ML.VideoMamba.Training.Recipes;
using Microsoft.ML.VideoMamba.Training.Schedules;
using Microsoft.ML.VideoMamba.Video.Reading;

namespace Microsoft.ML.VideoMamba;

public sealed partial class VideoMambaTrainer
{
    /// <summary>Options for the <see cref="VideoMambaTrainer"/>. The defaults train a small model from scratch; fine-tuning wants a lower rate.</summary>
    public sealed class Options
    {
        /// <summary>Name of the column of labels: a key for classification, Single for regression. Rows whose label is missing are left out and counted.</summary>
        public string LabelColumnName { get; set; } = "Label";

        /// <summary>
        /// Name of the column that is learned from: clips, or vectors (3, T, H, W) of Single as <see cref="VideoPixelExtractor"/> makes. Only clips are augmented
        /// and thinned to the network's frames.
        /// </summary>
        public string FeatureColumnName { get; set; } = "Video";

        /// <summary>Name of the column of scores that the model puts out: a probability for each class, or the number of a regression.</summary>
        public string ScoreColumnName { get; set; } = "Score";

        /// <summary>Name of the column of the most probable class that the model puts out; not for regression.</summary>
        public string PredictedLabelColumnName { get; set; } = "PredictedLabel";

        /// <summary>Size of the network; null for that of the <see cref="Checkpoint"/>, without one <see cref="VideoMambaArchitecture.Tiny"/>.</summary>
        public VideoMambaArchitecture? Architecture { get; set; }

        /// <summary>Layers, at least 1; null for the checkpoint's or the architecture's.</summary>
        public int? Depth { get; set; }

        /// <summary>Side of a square patch in pixels, at least 1; null for the checkpoint's or 16.</summary>
        public int? PatchSize { get; set; }

        /// <summary>Frames that one token spans, at least 1; null for the checkpoint's or 1. 2 tells small motions better apart.</summary>
        public int? Tubelet { get; set; }

        /// <summary>Frames that the network takes, at least the tubelet; null for the vectors', the checkpoint's or 8.</summary>
        public int? Frames { get; set; }

        /// <summary>Side of the square frames that the network takes, in pixels, at least the patch size; null for the vectors', the checkpoint's or 224.</summary>
        public int? ImageSize { get; set; }

        /// <summary>Order in which tokens are scanned; null for the checkpoint's or <see cref="Models.ScanOrder.SpatialFirst"/>.</summary>
        public ScanOrder? ScanOrder { get; set; }

        /// <summary>How the step sizes' projection starts where there is no checkpoint: Mamba's own way, by which few clips are learned from sooner, or the original's.</summary>
        public DtInitialization DtInitialization { get; set; } = DtInitialization.Proper;

        /// <summary>Rate at which the last layer's result is dropped in training, earlier ones' less; in [0, 1).</summary>
        public double DropPath { get; set; }

        /// <summary>Dropout ahead of the head, in [0, 1).</summary>
        public double HeadDropout { get; set; }

        /// <summary>The first layers that are computed again in the backward pass, which saves memory and costs time; 0 to the depth.</summary>
        public int CheckpointedLayers { get; set; }

        /// <summary>
        /// A <c>.pth</c>, <c>.pt</c> or <c>.safetensors</c> file of weights to start from, of videos or images; null for random ones. Its head is taken where it has as
        /// many classes; frames and sizes may differ.
        /// </summary>
        public string? Checkpoint { get; set; }

        /// <summary>Key of the weights inside a PyTorch file, such as <c>model_ema</c>; null for the usual ones.</summary>
        public string? CheckpointRoot { get; set; }

        /// <summary>Passes over the training set, at least 1.</summary>
        public int Epochs { get; set; } = 30;

        /// <summary>Clips of a batch, and those scored at once, at least 1.</summary>
        public int BatchSize { get; set; } = 8;

        /// <summary>Batches whose gradients make one step, at least 1: a large step in little memory.</summary>
        public int AccumulationSteps { get; set; } = 1;

        /// <summary>What the network computes in while it is trained.</summary>
        public TrainingPrecision Precision { get; set; }

        /// <summary>Learning rate after the warm-up, above 0.</summary>
        public double LearningRate { get; set; } = 5e-4;

        /// <summary>Learning rate that the cosine falls to, at least 0.</summary>
        public double MinLearningRate { get; set; } = 1e-6;

        /// <summary>Epochs over which the rate rises, at least 0; null for a tenth of all, 5 at most.</summary>
        public double? WarmupEpochs { get; set; }

        /// <summary>Learning rate that the warm-up rises from, at least 0; null for <see cref="MinLearningRate"/>.</summary>
        public double? WarmupLearningRate { get; set; }

        /// <summary>How the rate falls.</summary>
        public LearningRateSchedule Schedule { get; set; }

        /// <summary>Decoupled weight decay, at least 0.</summary>
        public double WeightDecay { get; set; } = 0.05;

        /// <summary>Weight decay that a cosine rises (or falls) to from <see cref="WeightDecay"/>, at least 0; null to keep it.</summary>
        public double? FinalWeightDecay { get; set; }

        /// <summary>Decay of AdamW's first moment, in [0, 1).</summary>
        public double Beta1 { get; set; } = 0.9;

        /// <summary>Decay of AdamW's second moment, in [0, 1).</summary>
        public double Beta2 { get; set; } = 0.999;

        /// <summary>AdamW's epsilon, above 0.</summary>
        public double Epsilon { get; set; } = 1e-8;

        /// <summary>Largest global norm of the gradients, above 0; null for no clipping.</summary>
        public double? GradientClip { get; set; } = 1;

        /// <summary>What a classifier is taught by; not for regression. Its scores are the softmax of the network's either way.</summary>
        public ClassificationLoss Loss { get; set; }

        /// <summary>Label smoothing of the cross entropy, in [0, 1); not for regression.</summary>
        public double LabelSmoothing { get; set; } = 0.1;

        /// <summary>Whether rare classes count as much as common ones in the loss; not for regression.</summary>
        public bool BalanceClasses { get; set; }

        /// <summary>Decay of a moving average of the weights that is validated and kept instead of them, in [0, 1); null for none.</summary>
        public double? AverageDecay { get; set; }

        /// <summary>Rate of a layer over that of the one above it, in (0, 1]; 1 for the same rate everywhere.</summary>
        public double LayerDecay { get; set; } = 1;

        /// <summary>Which layer a parameter counts to under <see cref="LayerDecay"/>.</summary>
        public LayerDecayMapping LayerDecayMapping { get; set; } = LayerDecayMapping.Corrected;

        /// <summary>RandAugment or AutoAugment in timm's notation, such as <c>rand-m7-n4-mstd0.5-inc1</c> or <c>v0</c>, or <c>3-augment</c>; null for none.</summary>
        public string? AugmentationPolicy { get; set; }

        /// <summary>Whether the policy sees whole frames or what the crop left of them.</summary>
        public AugmentationOrder AugmentationOrder { get; set; }

        /// <summary>How the policy's rotations, shears and translations interpolate.</summary>
        public FrameInterpolation AugmentationInterpolation { get; set; } = FrameInterpolation.Bicubic;

        /// <summary>Brightness, contrast and saturation are scaled by up to this part either way, where there is no <see cref="AugmentationPolicy"/>, or 3-Augment; in [0, 1).</summary>
        public double ColorJitter { get; set; }

        /// <summary>Which random crop is taken.</summary>
        public CropStyle Crop { get; set; }

        /// <summary>Least area of the random crop over that of the largest one that fits, in (0, 1]; 1 for none.</summary>
        public double MinScale { get; set; } = 0.6;

        /// <summary>The crop's aspect is stretched by a factor from 1 / this to this, at least 1.</summary>
        public double MaxAspect { get; set; } = 1.15;

        /// <summary>The crop moves by up to this part of its size each way, in [0, 1).</summary>
        public double Shift { get; set; } = 0.1;

        /// <summary>Whether half of the clips are mirrored. Off (default) where left and right differ, as in motions and signs.</summary>
        public bool HorizontalFlip { get; set; }

        /// <summary>Up to this much is added to or taken from all pixels of a clip, on the scale of 0 to 1; in [0, 1).</summary>
        public double Brightness { get; set; } = 0.15;

        /// <summary>Pixels' distance from middle grey is scaled by up to this part; in [0, 1).</summary>
        public double Contrast { get; set; } = 0.2;

        /// <summary>Largest deviation of the noise added to each pixel, on the scale of 0 to 1; in [0, 1).</summary>
        public double Noise { get; set; } = 0.02;

        /// <summary>With which probability a random box of the clip is covered, in [0, 1].</summary>
        public double ErasingProbability { get; set; }

        /// <summary>What covers it.</summary>
        public ErasingMode ErasingMode { get; set; } = ErasingMode.Pixel;

        /// <summary>Versions of a clip in a batch, each changed in its own way, at least 1 (repeated augmentation).</summary>
        public int Repeats { get; set; } = 1;

        /// <summary>Whether an epoch stays as long as without <see cref="Repeats"/>, and so sees only a part of the clips, instead of growing with its batches.</summary>
        public bool RepeatsKeepLength { get; set; }

        /// <summary>Clips of a batch are blended, by a share drawn from Beta(a, a) with this a; 0 for no mixup. The original's is 0.8. Not for regression.</summary>
        public double MixupAlpha { get; set; }

        /// <summary>A box of a clip is put into another, of a share drawn from Beta(a, a) with this a; 0 for no cutmix. The original's is 1. Not for regression.</summary>
        public double CutmixAlpha { get; set; }

        /// <summary>With which probability anything is mixed, in [0, 1].</summary>
        public double MixProbability { get; set; } = 1;

        /// <summary>With which probability it is cutmix where both are on, in [0, 1].</summary>
        public double MixSwitchProbability { get; set; } = 0.5;

        /// <summary>What shares a draw of mixup or cutmix.</summary>
        public MixMode MixMode { get; set; }

        /// <summary>
        /// A checkpoint that is learned from beside the labels, usually of a smaller network (self-distillation): the tokens of the network that is trained are to point
        /// where the teacher's do, or <see cref="DistillationKind"/> says what else. Null for none.
        /// </summary>
        public string? Teacher { get; set; }

        /// <summary>Epochs after which the <see cref="Teacher"/> is left out, at least 1; null for never.</summary>
        public int? TeacherEpochs { get; set; }

        /// <summary>Weight of the teacher's part of the loss, above 0.</summary>
        public double DistillationWeight { get; set; } = 1;

        /// <summary>
        /// What is followed of the teacher: its tokens, its class scores (soft) or the class that it scores highest (hard). For the last two patch and tubelet may be other
        /// ones, the classes must be the same, and it is not for regression.
        /// </summary>
        public DistillationKind DistillationKind { get; set; }

        /// <summary>Temperature of the teacher's class scores, above 0; for <see cref="DistillationKind.Soft"/> only.</summary>
        public double DistillationTemperature { get; set; } = 1;

        /// <summary>Part of the training set that is held out to choose the best epoch where no validation set is given, in [0, 1); 0 for none.</summary>
        public double ValidationFraction { get; set; } = 0.1;

        /// <summary>By which metric the best epoch is chosen, of equal ones by the lower loss; null for the accuracy, for regression the loss.</summary>
        public ExperimentMetric? Criterion { get; set; }

        /// <summary>Ends the training after this many epochs without a better validation, at least 1; null for never.</summary>
        public int? EarlyStoppingPatience { get; set; }

        /// <summary>Most bytes of decoded clips kept in memory, at least 0; null for a quarter of what the process may use. The others go to disk.</summary>
        public long? CacheMemoryBytes { get; set; }

        /// <summary>Folder of the clips that do not fit in memory; null for the context's temporary folder. What is written there is deleted at the end.</summary>
        public string? CacheFolder { get; set; }

        /// <summary>Most bytes on disk, at least 0. Clips beyond both bounds are decoded again in each epoch.</summary>
        public long CacheDiskBytes { get; set; } = 64L << 30;

        /// <summary>
        /// What happens to a row whose clip cannot be read. Throw: the error, which names the file and the reason, ends the training. Skip: the row is left out.
        /// Substitute: another row, drawn at random, stands in. Both are counted and warned of.
        /// </summary>
        public FailurePolicy OnFailure { get; set; } = FailurePolicy.Throw;

        /// <summary>Threads that augment clips, and decode those that could not be kept; 0 (default) for one a core, on a card one less: it queues the card's work.</summary>
        public int Workers { get; set; }

        /// <summary>Folder that gets the whole state after each epoch, so that a training can go on where it was stopped, even by force; null for none.</summary>
        public string? StateFolder { get; set; }

        /// <summary>Epochs from one state to the next, at least 1. The last epoch's is always written.</summary>
        public int StateInterval { get; set; } = 1;

        /// <summary>Whether to go on from the state in <see cref="StateFolder"/>. Without it, a folder that holds a state is refused.</summary>
        public bool Resume { get; set; }

        /// <summary>Ends the training behind this epoch though its schedules run on to <see cref="Epochs"/>, from 1 to those; null for none. <see cref="Resume"/> goes on.</summary>
        public int? PauseAfter { get; set; }

        /// <summary>
        /// Where the model is trained: <c>cpu</c>, <c>cuda</c> or <c>cuda:N</c>. Null for what <c>VIDEOMAMBA_DEVICE</c> in the environment says, then
        /// <see cref="MLContext.GpuDeviceId"/>, then the first CUDA device where there is one, else the CPU.
        /// </summary>
        public string? Device { get; set; }

        /// <summary>Seed of start weights, held-out rows, order and augmentation: on a CPU the same seed gives the same model. Null for the context's, or 1.</summary>
        public int? Seed { get; set; }

        /// <summary>Options that train by a recipe; the frames are read as it asks by <see cref="VideoFrameLoader"/>.</summary>
        /// <param name="nameOrFile">The name of a published recipe for videos, such as <c>k400-tiny-f8</c>, or a recipe file.</param>
        /// <param name="batchSize">Clips of a batch: the learning rates follow it.</param>
        /// <exception cref="ArgumentException">There is no such recipe, or it is for images.</exception>
        /// <exception cref="RecipeException">The file cannot be used.</exception>
        public static Options FromRecipe(string nameOrFile, int batchSize = 8) => OptionsMapping.OfRecipe(RecipeBook.FindOrRead(nameOrFile), batchSize);
    }
}
