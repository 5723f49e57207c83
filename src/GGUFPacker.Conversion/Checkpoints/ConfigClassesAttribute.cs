namespace GGUFPacker.Conversion.Checkpoints;

/// <summary>Marks a class whose static fields of the type <see cref="ConfigClass"/> are configuration classes of transformers.</summary>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
internal sealed class ConfigClassesAttribute : Attribute;
