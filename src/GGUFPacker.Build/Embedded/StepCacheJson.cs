using System.Text.Json.Serialization;

namespace GGUFPacker.Build.Embedded;

/// <summary>The JSON of the step cache's records.</summary>
[JsonSerializable(typeof(StepCache.Record))]
internal sealed partial class StepCacheJson : JsonSerializerContext;
