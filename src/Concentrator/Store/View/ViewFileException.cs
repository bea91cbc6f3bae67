namespace Concentrator.Store.View;

/// <summary>The view's file cannot be used any more; it is set aside and built again from the ledger.</summary>
internal sealed class ViewFileException : Exception
{
    public ViewFileException()
    {
    }

    public ViewFileException(string message)
        : base(message)
    {
    }

    public ViewFileException(string message, Exception inner)
        : base(message, inner)
    {
    }
}
