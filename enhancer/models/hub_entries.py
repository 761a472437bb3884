"""Community models on the Hugging Face Hub: permissive licences, a full sha256 each, loaded through spandrel."""

from enhancer.models.entry import Entry, Hub

BSD = "BSD-3-Clause"
CC_BY_HOFMANN = "CC-BY-4.0: name Philip Hofmann (Phips, Helaman) as the author of the model"
HAT_MIRROR, HAT_COMMIT = "jaideepsingh/upscale_models", "867e7c0ad519aba5d36b5bb4ef4a4a91781914c4"

UPSCALERS = (
    Entry(
        id="realesrgan-x4plus",
        title="Real-ESRGAN ×4",
        description="The well-known one for worn photographs from the web: removes noise and JPEG traces while it "
        "enlarges. Slow without a graphics card. Invents texture, and can make skin and foliage look painted.",
        purpose="upscale",
        architecture="ESRGAN",
        scale=4,
        source=Hub("Comfy-Org/Real-ESRGAN_repackaged", "RealESRGAN_x4plus.safetensors"),
        sha256="37f9a931c215f040aa6d50f711f2cb115f713c46df1d0d6469a8bd7bfe9a60bb",
        licence=BSD,
        commercial=True,
        bytes=66_857_836,
    ),
    Entry(
        id="realesr-general-x4v3",
        title="Real-ESRGAN general ×4, small",
        description="A small network for everyday photographs with some noise and compression; fast enough for a "
        "laptop. Smooths fine grain away and draws edges a little too hard.",
        purpose="upscale",
        architecture="Compact",
        scale=4,
        source=Hub("jhj0517/realesr-general-x4v3", "realesr-general-x4v3.pth"),
        sha256="8dc7edb9ac80ccdc30c3a5dca6616509367f05fbc184ad95b731f05bece96292",
        licence=BSD,
        commercial=True,
        bytes=4_885_111,
    ),
    Entry(
        id="realesrgan-x2-aiforever",
        title="Real-ESRGAN ×2",
        description="Doubles worn photographs and cleans them on the way; its authors trained it with faces in mind. "
        "Slow without a graphics card. Invents texture where the picture holds none.",
        purpose="upscale",
        architecture="ESRGAN",
        scale=2,
        source=Hub("ai-forever/Real-ESRGAN", "RealESRGAN_x2.pth"),
        sha256="c830d067d54fc767b9543a8432f36d91bc2de313584e8bbfe4ac26a47339e899",
        licence=BSD,
        commercial=True,
    ),
    Entry(
        id="realplksr-webphoto-x4",
        title="RealPLKSR web photo ×4",
        description="For photographs saved from the web, shrunk and compressed several times; sharper and lighter than "
        "Real-ESRGAN, still slow on a processor. Can turn noise into false detail.",
        purpose="upscale",
        architecture="PLKSR",
        scale=4,
        source=Hub(
            "Phips/4xNomosWebPhoto_RealPLKSR",
            "4xNomosWebPhoto_RealPLKSR.safetensors",
            "49d5da19489e645e870eb076ea84815471f27ef4",
        ),
        sha256="9be0228f98156a100d6636d99b373ed2785b999723f9adc4cca504329ab157f2",
        licence=CC_BY_HOFMANN,
        commercial=True,
    ),
    Entry(
        id="span-nomosuni-x2",
        title="SPAN universal ×2",
        description="A small network for pictures of any kind that were saved as JPEG more than once; quick on a "
        "processor. Smooths weak texture and leaves heavy noise in.",
        purpose="upscale",
        architecture="SPAN",
        scale=2,
        source=Hub("Phips/2xNomosUni_span_multijpg_ldl", "2xNomosUni_span_multijpg_ldl.safetensors"),
        sha256="a3d35e01b8b71b4b3041ad1686f8ebd7bc4e1f3a10378319c2ac61c78b67012a",
        licence=CC_BY_HOFMANN,
        commercial=True,
    ),
    Entry(
        id="span-anime-x2",
        title="SPAN anime ×2",
        description="For drawings and anime: clean lines and flat colours at twice the size, quick on a processor. "
        "Not for photographs, which it makes look drawn.",
        purpose="upscale",
        architecture="SPAN",
        scale=2,
        source=Hub("Phips/2xHFA2kSPAN", "2xHFA2kSPAN.safetensors"),
        sha256="616666ffaa9ccdf604e3d6b98bf1ec32c6ed08c4d36da7fed1d013843e5a45e9",
        licence=CC_BY_HOFMANN,
        commercial=True,
    ),
    Entry(
        id="drct-l-nomos2-x4",
        title="DRCT-L high quality ×4",
        description="A large Transformer for clean, sharp photographs where time does not matter: minutes for one "
        "picture without a graphics card. Enlarges any JPEG block or noise it is given.",
        purpose="upscale",
        architecture="DRCT",
        scale=4,
        source=Hub(
            "Phips/4xNomos2_hq_drct-l", "4xNomos2_hq_drct-l.safetensors", "b2a537e13edc4c1108506df04ee0807ffc927d74"
        ),
        sha256="1a10632101bb2aca6151301dd811921f1c438ff55159fd579fb576c143477797",
        licence=CC_BY_HOFMANN,
        commercial=True,
    ),
    Entry(
        id="hat-s-x4",
        title="HAT-S faithful ×4",
        description="A Transformer that stays true to the picture and scores high on benchmarks; for clean pictures "
        "only. Slow on a processor. Textures come out soft, and flaws are enlarged with the rest.",
        purpose="upscale",
        architecture="HAT",
        scale=4,
        source=Hub(HAT_MIRROR, "HAT/HAT-S_SRx4.pth", HAT_COMMIT),
        sha256="a92f81bd2c0c1aaa371a6e4d6cac69e749fde2e36196885ee47a4a3667542c9a",
        licence="Apache-2.0",
        commercial=True,
        bytes=81_089_561,
    ),
    Entry(
        id="hat-l-x4",
        title="HAT-L faithful ×4, large",
        description="The large sister of HAT-S, among the most exact for clean pictures; needs a graphics card, else "
        "many minutes for one picture. Textures come out soft, and flaws are enlarged with the rest.",
        purpose="upscale",
        architecture="HAT",
        scale=4,
        source=Hub(HAT_MIRROR, "HAT/HAT-L_SRx4_ImageNet-pretrain.pth", HAT_COMMIT),
        sha256="5992bd38522f2b8faf11ea4bd8ee08de92465bb66892166576999afc36d60043",
        licence="Apache-2.0",
        commercial=True,
        bytes=165_774_123,
    ),
)

RESTORERS = (
    Entry(
        id="nafnet-deblur-32",
        title="NAFNet deblur, small",
        description="Takes away the blur of a camera or object that moved, at the same size; some seconds for each "
        "megapixel. Trained on street scenes: it does little for pictures that are merely out of focus.",
        purpose="deblur",
        architecture="NAFNet",
        scale=1,
        source=Hub("nyanko7/nafnet-models", "NAFNet-GoPro-width32.pth"),
        sha256="19394e6155d12ef6371d1d57496f87f0ec88f92bdffa27c0792690722d5d1a5c",
        licence="MIT",
        commercial=True,
        bytes=68_671_121,
    ),
    Entry(
        id="nafnet-deblur-64",
        title="NAFNet deblur, large",
        description="The large sister of the small deblurring network: better on strong motion blur, about four times "
        "slower. Can leave ringing beside bright lights, and does little for pictures out of focus.",
        purpose="deblur",
        architecture="NAFNet",
        scale=1,
        source=Hub("nyanko7/nafnet-models", "NAFNet-GoPro-width64.pth"),
        sha256="329d3ab4077b8d6b7ff61de376e483714667960bf85be027bf4335cda701196f",
        licence="MIT",
        commercial=True,
        bytes=271_778_961,
    ),
    Entry(
        id="nafnet-denoise-64",
        title="NAFNet phone noise",
        description="Removes the coloured noise of phone cameras in weak light, at the same size; slow without a "
        "graphics card. Can wipe out faint texture such as fabric or distant leaves.",
        purpose="denoise",
        architecture="NAFNet",
        scale=1,
        source=Hub("nyanko7/nafnet-models", "NAFNet-SIDD-width64.pth"),
        sha256="cd685efaae01f7c4e9951f2deab05780079c8eb1e49ed664b72f6db04dabb445",
        licence="MIT",
        commercial=True,
        bytes=464_154_961,
    ),
    Entry(
        id="scunet-real",
        title="SCUNet real noise",
        description="Removes noise and JPEG traces of unknown kind and strength, at the same size; slow without a "
        "graphics card. Calm rather than crisp: it smooths what it cannot tell from noise.",
        purpose="mend",
        architecture="SCUNet",
        scale=1,
        source=Hub("deepinv/scunet", "scunet_color_real_psnr.pth"),
        sha256="fa78899ba2caec9d235a900e91d96c689da71c42029230c2028b00f09f809c2e",
        licence="Apache-2.0",
        commercial=True,
        bytes=71_982_841,
    ),
    Entry(
        id="realplksr-deh264",
        title="RealPLKSR block remover",
        description="Removes the blocks and rings of compressed video frames, and of JPEG, which are alike; slow on a "
        "processor. Made for H.264: very strong JPEG blocks may stay, and weak texture may go.",
        purpose="deblock",
        architecture="PLKSR",
        scale=1,
        source=Hub("Phips/1xDeH264_realplksr", "1xDeH264_realplksr.safetensors"),
        sha256="91f054af6308e37b81c261ecf775a58be5fa1d37a816709db5d0fea6fceb24b8",
        licence=CC_BY_HOFMANN,
        commercial=True,
    ),
    Entry(
        id="hvi-cidnet",
        title="HVI-CIDNet low light",
        description="Lifts photographs taken in the dark and calms their noise; small, but it wants much memory. "
        "Can turn skies grey, shift colours, and brighten pictures that were meant to be dark.",
        purpose="lowlight",
        architecture="HVICIDNet",
        scale=1,
        source=Hub(
            "Fediory/HVI-CIDNet-Generalization", "model.safetensors", "51481ef2546f870060c43eb6d6525399f5b3d2d3"
        ),
        sha256="2291407125e809cc9c0614cc2d010d21d309a66eb3da33e1ee2386a68fa05894",
        licence="MIT",
        commercial=True,
        bytes=7_920_332,
    ),
)

HUB_ENTRIES: tuple[Entry, ...] = UPSCALERS + RESTORERS
