namespace Pipeline.Llm.Generation;

/// <summary>
/// Remembers full pages of finished sequences, so that prompts of the same scope with an equal beginning need not
/// compute it again.
/// </summary>
/// <remarks>
/// A scope is a tree of its own, so nothing is ever found across tenants or adapters. Tokens are compared, not only
/// their hash.
/// One thread uses it.
/// </remarks>
/// <param name="pages">Where the pages lie.</param>
internal sealed class PrefixCache(KeyValuePages pages)
{
    private readonly Dictionary<string, Node> _scopes = new(StringComparer.Ordinal);
    private readonly LinkedList<Node> _recency = new();

    /// <summary>Pages that are remembered.</summary>
    public int Count => _recency.Count;

    /// <summary>
    /// Gives a new sequence the pages of the longest known beginning of its prompt; at least one token stays to be
    /// computed.
    /// </summary>
    /// <returns>Number of tokens found.</returns>
    public int Find(string scope, IReadOnlyList<int> prompt, PageTable table)
    {
        if (!_scopes.TryGetValue(scope, out var node))
        {
            return 0;
        }

        while (table.Length + KeyValuePages.PageSize < prompt.Count && node.Find(prompt, table.Length) is { } next)
        {
            node = next;
            Touch(node);
            pages.Share(node.Page);
            table.Pages.Add(node.Page);
            table.Length += KeyValuePages.PageSize;
        }

        return table.Length;
    }

    /// <summary>Remembers the full pages of a sequence.</summary>
    /// <param name="scope">Scope of the sequence.</param>
    /// <param name="tokens">Its tokens; the first <see cref="PageTable.Length"/> are stored.</param>
    /// <param name="table">Its pages.</param>
    public void Add(string scope, IReadOnlyList<int> tokens, PageTable table)
    {
        if (!_scopes.TryGetValue(scope, out var node))
        {
            _scopes[scope] = node = new Node(null, scope, [], 0);
        }

        for (var at = 0; at + KeyValuePages.PageSize <= table.Length; at += KeyValuePages.PageSize)
        {
            var next = node.Find(tokens, at);
            if (next is null)
            {
                var ids = Enumerable.Range(at, KeyValuePages.PageSize).Select(i => tokens[i]).ToArray();
                next = new Node(node, scope, ids, table.Pages[at / KeyValuePages.PageSize]);
                pages.Share(next.Page);
                node.Children.Add(next);
                next.Place = _recency.AddLast(next);
            }
            else
            {
                Touch(next);
            }

            node = next;
        }
    }

    /// <summary>Forgets the page that was not used for the longest time and has no successor.</summary>
    /// <returns>False when nothing is left to forget.</returns>
    public bool Forget()
    {
        for (var place = _recency.First; place is not null; place = place.Next)
        {
            if (place.Value.Children.Count == 0)
            {
                Remove(place.Value);
                return true;
            }
        }

        return false;
    }

    /// <summary>Forgets the scopes that a test accepts.</summary>
    public void ForgetScopes(Func<string, bool> test)
    {
        foreach (var scope in _scopes.Keys.Where(test).ToList())
        {
            _scopes.Remove(scope, out var root);
            // The whole tree goes, so only its own pages are visited, however many others there are.
            var left = new Stack<Node>(root?.Children ?? []);
            while (left.TryPop(out var node))
            {
                node.Children.ForEach(left.Push);
                Drop(node);
            }
        }
    }

    private void Touch(Node node)
    {
        if (node.Place is { } place)
        {
            _recency.Remove(place);
            _recency.AddLast(place);
        }
    }

    private void Remove(Node node)
    {
        Drop(node);
        node.Parent?.Children.Remove(node);
        if (node.Parent is { Parent: null, Children.Count: 0 })
        {
            _scopes.Remove(node.Scope);
        }
    }

    private void Drop(Node node)
    {
        if (node.Place is { } place)
        {
            _recency.Remove(place);
        }

        pages.Release([node.Page]);
    }

    private sealed class Node(Node? parent, string scope, int[] tokens, int page)
    {
        public Node? Parent { get; } = parent;

        public string Scope { get; } = scope;

        public int Page { get; } = page;

        public List<Node> Children { get; } = [];

        public LinkedListNode<Node>? Place { get; set; }

        public Node? Find(IReadOnlyList<int> ids, int at)
        {
            foreach (var child in Children)
            {
                if (child.Equals(ids, at))
                {
                    return child;
                }
            }

            return null;
        }

        private bool Equals(IReadOnlyList<int> ids, int at)
        {
            for (var i = 0; i < tokens.Length; i++)
            {
                if (at + i >= ids.Count || ids[at + i] != tokens[i])
                {
                    return false;
                }
            }

            return true;
        }
    }
}
