//! The modules of the library and the program, what each defines and what each names.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::sync::LazyLock;

use proc_macro2::{TokenStream, TokenTree};
use syn::visit::{self, Visit};
use syn::{Attribute, Item, ItemMod, Type, UseTree, Visibility};

/// Segments of a path, `crate` and the name of the library resolved.
type Names = Vec<String>;

/// What stands behind a name in a module.
enum Thing {
    /// It is defined there.
    Defined { is_type: bool, leaves: bool },
    /// Another name for what a path leads to.
    Alias(Names),
}

/// One module, in a file of its own or not.
#[derive(Default)]
struct Module {
    /// From the repository on.
    file: String,
    things: BTreeMap<String, Thing>,
    /// Paths whose names are all in scope.
    globs: Vec<Names>,
}

/// The whole source.
#[derive(Default)]
pub(crate) struct House {
    /// By path; the first name is `lib` or `main`.
    modules: BTreeMap<Names, Module>,
    /// Which file names what another one defines, and by which name.
    pub(crate) uses: BTreeSet<(String, String, String)>,
    /// Inherent impls: the file, the file of the type, the type.
    pub(crate) impls: Vec<(String, String, String)>,
    /// What stands in a `mod.rs` beside declarations and re-exports.
    pub(crate) in_mod_files: Vec<String>,
}

/// The entry of a folder that a file belongs to; `mod.rs` is none.
pub(crate) fn entry_in(folder: &str, file: &str) -> Option<String> {
    let inside = file.strip_prefix(folder)?.strip_prefix('/')?;
    let entry = inside.split('/').next()?.trim_end_matches(".rs");
    (!["mod", "lib"].contains(&entry)).then(|| entry.to_owned())
}

impl House {
    /// Reads `src`, once for all tests.
    pub(crate) fn known() -> &'static Self {
        static HOUSE: LazyLock<House> = LazyLock::new(House::read);
        &HOUSE
    }

    fn read() -> Self {
        let mut house = Self::default();
        let mut files = Vec::new();
        house.file("src/lib.rs", vec!["lib".to_owned()], &mut files);
        house.file("src/main.rs", vec!["main".to_owned()], &mut files);
        assert!(files.len() > 100, "the source was not found");
        for (module, items) in &files {
            let mut visitor =
                Naming { house: &house, module: module.clone(), named: Vec::new(), impls: Vec::new() };
            for item in items {
                visitor.visit_item(item);
            }
            let Naming { named, impls, .. } = visitor;
            house.uses.extend(named);
            house.impls.extend(impls);
        }
        house
    }

    /// Every folder of the source.
    pub(crate) fn folders(&self) -> BTreeSet<String> {
        let files = self.modules.values().map(|module| module.file.as_str());
        files
            .flat_map(|file| Path::new(file).ancestors().skip(1))
            .filter_map(|folder| folder.to_str())
            .filter(|folder| folder.starts_with("src"))
            .map(str::to_owned)
            .collect()
    }

    /// Types that can be named, or are, outside the file that defines them.
    pub(crate) fn leaving_types(&self) -> BTreeSet<(&str, &str)> {
        let named: BTreeSet<_> =
            self.uses.iter().map(|(_, home, name)| (name.as_str(), home.as_str())).collect();
        let types = self.modules.values().flat_map(|module| {
            module.things.iter().filter_map(|(name, thing)| match thing {
                Thing::Defined { is_type: true, leaves } => {
                    Some((name.as_str(), module.file.as_str(), *leaves))
                }
                _ => None,
            })
        });
        let leaving = types.filter(|(name, file, leaves)| *leaves || named.contains(&(*name, *file)));
        leaving.map(|(name, file, _)| (name, file)).collect()
    }

    /// Reads a file as the module of that path, and what lies below it.
    fn file(&mut self, path: &str, module: Names, files: &mut Vec<(Names, Vec<Item>)>) {
        let text = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap();
        let items = syn::parse_file(&text).unwrap().items;
        let is_mod = path.ends_with("/mod.rs");
        let only_leads = |item: &Item| {
            matches!(item, Item::Mod(inner) if inner.content.is_none()) || matches!(item, Item::Use(_))
        };
        if is_mod && items.iter().any(|item| !is_of_tests(item) && !only_leads(item)) {
            self.in_mod_files.push(path.to_owned());
        }
        let folder = match path.rsplit_once('/') {
            Some((folder, "mod.rs" | "lib.rs" | "main.rs")) => folder.to_owned(),
            _ => path.trim_end_matches(".rs").to_owned(),
        };
        self.module(&items, path, &folder, module.clone(), files);
        files.push((module, items));
    }

    fn module(
        &mut self,
        items: &[Item],
        file: &str,
        folder: &str,
        path: Names,
        files: &mut Vec<(Names, Vec<Item>)>,
    ) {
        let mut module = Module { file: file.to_owned(), ..Module::default() };
        for item in items.iter().filter(|item| !is_of_tests(item)) {
            match item {
                Item::Mod(ItemMod { ident, content, .. }) => {
                    let inner: Names = path.iter().cloned().chain([ident.to_string()]).collect();
                    if let Some((_, items)) = content {
                        self.module(items, file, folder, inner, files);
                        continue;
                    }
                    let beside = format!("{folder}/{ident}.rs");
                    let is_beside = Path::new(env!("CARGO_MANIFEST_DIR")).join(&beside).exists();
                    let below = if is_beside { beside } else { format!("{folder}/{ident}/mod.rs") };
                    self.file(&below, inner, files);
                }
                Item::Use(import) => module.import(&import.tree),
                _ => {
                    if let Some((name, thing)) = defined(item) {
                        module.things.insert(name, thing);
                    }
                }
            }
        }
        self.modules.insert(path, module);
    }

    /// The file that defines what a path means in a module, and the name there. Imports
    /// that lead in a circle lead nowhere.
    fn walk(&self, module: &[String], path: &[String], depth: usize) -> Option<(String, String)> {
        let (first, rest) = path.split_first()?;
        if depth > 20 {
            return None;
        }
        let enter = |module: Names| self.modules.contains_key(&module).then_some(module);
        let inner = match first.as_str() {
            "crate" => enter(module[..1].to_vec()),
            "glidelint" => enter(vec!["lib".to_owned()]),
            "self" => enter(module.to_vec()),
            "super" => enter(module[..module.len().checked_sub(1)?].to_vec()),
            name => {
                let here = self.modules.get(module)?;
                match here.things.get(name) {
                    Some(Thing::Defined { .. }) => return Some((here.file.clone(), name.to_owned())),
                    Some(Thing::Alias(target)) if target.as_slice() != path => {
                        let whole: Names = target.iter().chain(rest).cloned().collect();
                        return self.walk(module, &whole, depth + 1);
                    }
                    _ => {}
                }
                let inner: Names = module.iter().cloned().chain([name.to_owned()]).collect();
                match enter(inner) {
                    Some(inner) => Some(inner),
                    None => {
                        return here.globs.iter().find_map(|glob| {
                            let whole: Names = glob.iter().chain(path).cloned().collect();
                            self.walk(module, &whole, depth + 1)
                        });
                    }
                }
            }
        }?;
        self.walk(&inner, rest, depth + 1)
    }
}

/// One name that a `use` takes, or all of a module.
enum Import {
    /// The path that leads there, and the name that it has here.
    Name(Names, String),
    Glob(Names),
}

/// Takes a tree of a `use` apart.
fn imports(tree: &UseTree) -> Vec<Import> {
    let under = |name: &syn::Ident, tree: &UseTree| {
        let behind = |path: Names| [vec![name.to_string()], path].concat();
        let inner = imports(tree).into_iter().map(|import| match import {
            Import::Name(path, alias) => Import::Name(behind(path), alias),
            Import::Glob(path) => Import::Glob(behind(path)),
        });
        inner.collect()
    };
    match tree {
        UseTree::Path(path) => under(&path.ident, &path.tree),
        UseTree::Group(group) => group.items.iter().flat_map(imports).collect(),
        UseTree::Glob(_) => vec![Import::Glob(Vec::new())],
        UseTree::Name(name) => vec![Import::Name(vec![name.ident.to_string()], name.ident.to_string())],
        UseTree::Rename(name) => vec![Import::Name(vec![name.ident.to_string()], name.rename.to_string())],
    }
}

impl Module {
    fn import(&mut self, tree: &UseTree) {
        for import in imports(tree) {
            match import {
                Import::Glob(path) => self.globs.push(path),
                Import::Name(path, alias) => self.alias(&alias, path),
            }
        }
    }

    fn alias(&mut self, alias: &str, mut target: Names) {
        target.pop_if(|name| name == "self");
        let alias =
            if alias == "self" { target.last().cloned().unwrap_or_default() } else { alias.to_owned() };
        if target != [alias.clone()] {
            self.things.entry(alias).or_insert(Thing::Alias(target));
        }
    }
}

/// What an item defines, by name.
fn defined(item: &Item) -> Option<(String, Thing)> {
    let leaves = |visibility: &Visibility| !matches!(visibility, Visibility::Inherited);
    let thing = |is_type, visibility: &Visibility| Thing::Defined { is_type, leaves: leaves(visibility) };
    Some(match item {
        Item::Struct(item) => (item.ident.to_string(), thing(true, &item.vis)),
        Item::Enum(item) => (item.ident.to_string(), thing(true, &item.vis)),
        Item::Trait(item) => (item.ident.to_string(), thing(true, &item.vis)),
        Item::Type(item) => (item.ident.to_string(), thing(true, &item.vis)),
        Item::Fn(item) => (item.sig.ident.to_string(), thing(false, &item.vis)),
        Item::Const(item) => (item.ident.to_string(), thing(false, &item.vis)),
        Item::Static(item) => (item.ident.to_string(), thing(false, &item.vis)),
        Item::Macro(item) => {
            (item.ident.as_ref()?.to_string(), Thing::Defined { is_type: false, leaves: true })
        }
        _ => return None,
    })
}

fn is_test_only(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        attribute.path().is_ident("cfg")
            && attribute.parse_args::<syn::Ident>().is_ok_and(|word| word == "test")
    })
}

fn is_of_tests(item: &Item) -> bool {
    let attributes: &[Attribute] = match item {
        Item::Mod(item) => &item.attrs,
        Item::Use(item) => &item.attrs,
        Item::Fn(item) => &item.attrs,
        Item::Struct(item) => &item.attrs,
        Item::Enum(item) => &item.attrs,
        Item::Impl(item) => &item.attrs,
        Item::Const(item) => &item.attrs,
        Item::Static(item) => &item.attrs,
        Item::Type(item) => &item.attrs,
        Item::Trait(item) => &item.attrs,
        Item::Macro(item) => &item.attrs,
        _ => &[],
    };
    is_test_only(attributes)
}

/// Collects what a module names.
struct Naming<'h> {
    house: &'h House,
    module: Names,
    named: Vec<(String, String, String)>,
    impls: Vec<(String, String, String)>,
}

impl Naming<'_> {
    fn file(&self) -> String {
        self.house.modules.get(&self.module).map(|module| module.file.clone()).unwrap_or_default()
    }

    fn name(&mut self, path: &[String]) {
        let file = self.file();
        if let Some((home, name)) = self.house.walk(&self.module, path, 0)
            && home != file
        {
            self.named.push((file, home, name));
        }
    }

    /// Paths in what is given to a macro, which is no syntax tree.
    fn tokens(&mut self, tokens: TokenStream) {
        let mut path: Names = Vec::new();
        let mut colons = 0;
        for token in tokens {
            match token {
                TokenTree::Ident(word) => {
                    if colons != 2 && !path.is_empty() {
                        self.name(&std::mem::take(&mut path));
                    }
                    path.push(word.to_string());
                    colons = 0;
                }
                TokenTree::Punct(mark) if mark.as_char() == ':' => colons += 1,
                other => {
                    self.name(&std::mem::take(&mut path));
                    colons = 0;
                    if let TokenTree::Group(group) = other {
                        self.tokens(group.stream());
                    }
                }
            }
        }
        self.name(&path);
    }
}

impl<'a> Visit<'a> for Naming<'_> {
    fn visit_item(&mut self, item: &'a Item) {
        if !is_of_tests(item) {
            visit::visit_item(self, item);
        }
    }

    fn visit_impl_item_fn(&mut self, item: &'a syn::ImplItemFn) {
        if !is_test_only(&item.attrs) {
            visit::visit_impl_item_fn(self, item);
        }
    }

    fn visit_item_mod(&mut self, inner: &'a ItemMod) {
        if inner.content.is_some() {
            self.module.push(inner.ident.to_string());
            visit::visit_item_mod(self, inner);
            self.module.pop();
        }
    }

    fn visit_item_use(&mut self, import: &'a syn::ItemUse) {
        for import in imports(&import.tree) {
            if let Import::Name(path, _) = import {
                self.name(&path);
            }
        }
    }

    fn visit_item_impl(&mut self, item: &'a syn::ItemImpl) {
        if item.trait_.is_none()
            && let Type::Path(path) = &*item.self_ty
        {
            let path: Names = path.path.segments.iter().map(|segment| segment.ident.to_string()).collect();
            if let Some((home, name)) = self.house.walk(&self.module, &path, 0) {
                self.impls.push((self.file(), home, name));
            }
        }
        visit::visit_item_impl(self, item);
    }

    fn visit_path(&mut self, path: &'a syn::Path) {
        let names: Names = path.segments.iter().map(|segment| segment.ident.to_string()).collect();
        self.name(&names);
        visit::visit_path(self, path);
    }

    fn visit_macro(&mut self, call: &'a syn::Macro) {
        self.visit_path(&call.path);
        self.tokens(call.tokens.clone());
    }
}
