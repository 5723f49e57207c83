using System.Text.Json.Serialization;

namespace GGUFPacker.Build.Sources.Hub;

/// <summary>Reads the hub's answers.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(HubAnswers.Revision))]
[JsonSerializable(typeof(HubAnswers.Entry[]))]
internal sealed partial class HubJson : JsonSerializerContext;
